package toco.eval;

/// Scores of the classes that were named for whole images. Shares lie in 0…1; a value without
/// anything to count is NaN.
///
/// @param imageF1 F1 of each image's classes, averaged over the images
/// @param f1 \[K] F1 of each class over the images
/// @param averagePrecision \[K] the mean of the precision over the recalls that a falling threshold
///   on the class's logit passes through, without interpolation; images of one logit are passed
///   together
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record ClassScores(double imageF1, double[] f1, double[] averagePrecision) {
  /// Mean average precision over the classes that some image shows.
  public double meanAveragePrecision() {
    return Means.ofFinite(averagePrecision);
  }
}
