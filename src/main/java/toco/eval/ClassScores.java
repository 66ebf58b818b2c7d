package toco.eval;

/// Scores of image-level classification, in 0…1; NaN where there is nothing to count.
///
/// @param imageF1 F1 of each image's predicted classes, averaged over the images
/// @param f1 \[K] F1 of each class over the images
/// @param averagePrecision \[K] average precision of each class's logit over the images, without
///   interpolation; images with equal logits count at the same threshold
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record ClassScores(double imageF1, double[] f1, double[] averagePrecision) {
  /// Mean average precision over the classes that occur in some image.
  public double meanAveragePrecision() {
    return Means.ofFinite(averagePrecision);
  }
}
