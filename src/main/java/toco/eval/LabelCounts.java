package toco.eval;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import toco.image.LabelMap;

/// One image's label map compared with its mask, as counts. Sparse, because few classes occur in an
/// image: a bootstrap keeps the counts of all images in memory.
///
/// @param confusion (true class, predicted class, pixels) for each pair that occurs, in order
/// @param boundary from [BoundaryMatch#counts]
@SuppressWarnings("ArrayRecordComponent") // values, not identity, are what callers use
public record LabelCounts(int[] confusion, int[] boundary) {
  private static final int TRIPLE = 3;

  public LabelCounts {
    if (confusion.length % TRIPLE != 0 || boundary.length % BoundaryMatch.STRIDE != 0) {
      throw new IllegalArgumentException(
          "counts must come in groups of %s and %s, got %s and %s numbers"
              .formatted(TRIPLE, BoundaryMatch.STRIDE, confusion.length, boundary.length));
    }
  }

  /// Compares a prediction with a mask.
  ///
  /// @param predicted uint8 labels of the mask's size
  /// @param classes C, background included
  public static LabelCounts of(LabelMap mask, MemorySegment predicted, int classes) {
    var matrix = new ConfusionMatrix(classes);
    matrix.add(mask.labels(), predicted);
    var confusion = new int[classes * classes * TRIPLE];
    int used = 0;
    for (int t = 0; t < classes; t++) {
      for (int p = 0; p < classes; p++) {
        int pixels = Math.toIntExact(matrix.count(t, p));
        if (pixels > 0) {
          confusion[used++] = t;
          confusion[used++] = p;
          confusion[used++] = pixels;
        }
      }
    }
    return new LabelCounts(
        Arrays.copyOf(confusion, used),
        BoundaryMatch.counts(
            mask.labels().toArray(JAVA_BYTE),
            predicted.toArray(JAVA_BYTE),
            mask.widthPx(),
            mask.heightPx(),
            classes));
  }

  /// Adds the pixels to a matrix.
  ///
  /// @param times weight of the image
  void addTo(ConfusionMatrix matrix, int times) {
    for (int i = 0; i < confusion.length; i += TRIPLE) {
      matrix.add(confusion[i], confusion[i + 1], (long) confusion[i + 2] * times);
    }
  }

  /// Adds the image's boundary F-score of each class that has a boundary in the truth.
  ///
  /// @param sums of scores, by class
  /// @param images that have a score, by class
  /// @param times weight of the image
  void addTo(double[] sums, long[] images, int times) {
    for (int i = 0; i < boundary.length; i += BoundaryMatch.STRIDE) {
      int c = boundary[i];
      double ofPrediction = boundary[i + 1];
      double ofTruth = boundary[i + 3];
      if (ofTruth > 0) {
        double precision = ofPrediction == 0 ? 0 : boundary[i + 2] / ofPrediction;
        double recall = boundary[i + 4] / ofTruth;
        double both = precision + recall;
        sums[c] += times * (both == 0 ? 0 : 2 * precision * recall / both);
        images[c] += times;
      }
    }
  }
}
