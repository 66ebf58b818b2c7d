package toco.eval;

/// JSON keys of an evaluation's scores that are read back from a run's log.
public final class ScoreKeys {
  public static final String IMAGES = "images";
  public static final String CLASS_F1 = "classF1";
  public static final String PATCH_COSINE = "patchCosine";

  /// By kind of label map.
  public static final String PIXEL_ACCURACY = "pixelAccuracy";

  /// IoU by class, background first, and kind of label map.
  public static final String PER_CLASS = "perClass";

  private ScoreKeys() {}

  /// Mean IoU of a kind of label map.
  ///
  /// @param kind its key
  public static String miou(String kind) {
    return kind + "Miou";
  }
}
