package toco.eval;

/// Scores of one kind of label map, in 0…1; NaN where there is nothing to count.
///
/// @param matrix over the pixels of all images
/// @param boundaryF \[C] boundary F-score of each class: the harmonic mean of boundary precision
///   and recall ([BoundaryMatch]), averaged over the images whose mask has a boundary of the class
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record MapScores(ConfusionMatrix matrix, double[] boundaryF) {
  public MapScores {
    if (boundaryF.length != matrix.classes()) {
      throw new IllegalArgumentException(
          "expected a boundary score for each of the %s classes, got %s"
              .formatted(matrix.classes(), boundaryF.length));
    }
  }

  /// Mean boundary F-score over the classes that have one.
  public double meanBoundaryF() {
    return Means.ofFinite(boundaryF);
  }
}
