package toco.eval;

/// Scores of image-level classification, in 0…1; NaN where there is nothing to count.
///
/// @param imageF1 F1 of each image's predicted classes, averaged over the images
/// @param f1 \[K] F1 of each class over the images
/// @param averagePrecision \[K] average precision of each class's logit over the images, without
///   interpolation; images with equal logits count at the same threshold
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record ClassScores(double imageF1, double[] f1, double[] averagePrecision) {
  /// F1 of the classes with a positive logit in one image; 0 where neither truth nor prediction has
  /// a class.
  ///
  /// @param labels \[K] multi-hot
  /// @param logits \[K]
  public static double imageF1(float[] labels, float[] logits) {
    int hits = 0;
    int both = 0; // 2·TP + FP + FN
    for (int k = 0; k < labels.length; k++) {
      boolean present = labels[k] > 0;
      boolean predicted = logits[k] > 0;
      hits += present && predicted ? 1 : 0;
      both += (present ? 1 : 0) + (predicted ? 1 : 0);
    }
    return both == 0 ? 0 : 2.0 * hits / both;
  }

  /// Mean average precision over the classes that occur in some image.
  public double meanAveragePrecision() {
    return Means.ofFinite(averagePrecision);
  }
}
