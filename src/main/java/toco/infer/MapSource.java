package toco.infer;

import java.util.Locale;

/// Kinds of class maps.
public enum MapSource {
  /// The class activation maps, over `eval.camScales` at `eval.sizePx`.
  CAM,
  /// The auxiliary class activation maps, computed the same way.
  AUX_CAM,
  /// The segmentation's probabilities at native size ("seg as CAM", METHOD "Evaluation").
  SEG;

  /// `cam`, `aux_cam` or `seg`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
