package toco.eval;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// Counts of (true class, predicted class) over pixels, and the scores computed from them (METHOD
/// "Evaluation").
///
/// Pixels whose true label is not in 0…C−1, such as 255, do not count. Not thread-safe: count in
/// one matrix per thread and sum them with [#add(ConfusionMatrix)].
public final class ConfusionMatrix {
  private static final long EIGHT_EQUAL = 0x0101010101010101L;

  private final int classes;
  private final long[] counts; // [true · C + predicted]

  /// @param classes C, background included
  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("classes must be ≥ 1, got " + classes);
    }
    this.classes = classes;
    counts = new long[classes * classes];
  }

  /// C, background included.
  public int classes() {
    return classes;
  }

  /// Counts one pixel.
  public void add(long truth, long predicted) {
    if (truth < 0 || truth >= classes) {
      return;
    }
    if (predicted < 0 || predicted >= classes) {
      throw outOfRange(predicted);
    }
    counts[(int) truth * classes + (int) predicted]++;
  }

  /// Counts the pixels of two label maps of the same size. Neighbouring pixels mostly have the same
  /// label, so eight at a time are compared, and counted in one step where they are equal.
  ///
  /// @param truth uint8 labels
  /// @param predicted uint8 labels
  public void add(MemorySegment truth, MemorySegment predicted) {
    long pixels = truth.byteSize();
    if (pixels != predicted.byteSize()) {
      throw new IllegalArgumentException(
          "label maps must have one size, got %s and %s pixels"
              .formatted(pixels, predicted.byteSize()));
    }
    long whole = pixels & -8L;
    for (long i = 0; i < whole; i += 8) {
      long of = truth.get(JAVA_LONG_UNALIGNED, i);
      long as = predicted.get(JAVA_LONG_UNALIGNED, i);
      if (of == (of & 0xFF) * EIGHT_EQUAL && as == (as & 0xFF) * EIGHT_EQUAL) {
        add((int) of & 0xFF, (int) as & 0xFF, 8);
      } else {
        for (int shift = 0; shift < 64; shift += 8) {
          add((int) (of >>> shift) & 0xFF, (int) (as >>> shift) & 0xFF, 1);
        }
      }
    }
    for (long i = whole; i < pixels; i++) {
      add(truth.get(JAVA_BYTE, i) & 0xFF, predicted.get(JAVA_BYTE, i) & 0xFF, 1);
    }
  }

  /// Counts pixels with the same pair of labels.
  void add(int truth, int predicted, long pixels) {
    if (truth >= classes) {
      return;
    }
    if (predicted >= classes) {
      throw outOfRange(predicted);
    }
    counts[truth * classes + predicted] += pixels;
  }

  private IllegalArgumentException outOfRange(long predicted) {
    return new IllegalArgumentException(
        "predicted labels must be in 0…%s, got %s".formatted(classes - 1, predicted));
  }

  /// Adds another matrix's counts.
  public void add(ConfusionMatrix other) {
    if (other.classes != classes) {
      throw new IllegalArgumentException(
          "matrices must have as many classes, got %s and %s".formatted(classes, other.classes));
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
  }

  /// Number of pixels of the class `truth` that were predicted as `predicted`.
  public long count(int truth, int predicted) {
    return counts[truth * classes + predicted];
  }

  /// Intersection over union of each class; NaN for a class in neither truth nor prediction.
  public double[] iou() {
    var iou = new double[classes];
    for (int c = 0; c < classes; c++) {
      iou[c] = (double) hits(c) / (ofTruth(c) + ofPrediction(c) - hits(c));
    }
    return iou;
  }

  /// Mean IoU over the classes in the truth; NaN without any.
  public double miou() {
    return meanOverTruth(iou());
  }

  /// The share of pixels that are predicted correctly; NaN without any.
  public double pixelAccuracy() {
    long right = 0;
    long all = 0;
    for (int c = 0; c < classes; c++) {
      right += hits(c);
      all += ofTruth(c);
    }
    return (double) right / all;
  }

  /// The share of each class's pixels that are predicted correctly, averaged over the classes in
  /// the truth; NaN without any.
  public double meanAccuracy() {
    var accuracy = new double[classes];
    for (int c = 0; c < classes; c++) {
      accuracy[c] = (double) hits(c) / ofTruth(c);
    }
    return meanOverTruth(accuracy);
  }

  /// The mean IoU weighted by each class's share of the true pixels; NaN without any.
  public double frequencyWeightedIou() {
    var iou = iou();
    double sum = 0;
    long all = 0;
    for (int c = 0; c < classes; c++) {
      long pixels = ofTruth(c);
      sum += pixels == 0 ? 0 : pixels * iou[c];
      all += pixels;
    }
    return sum / all;
  }

  /// Whether the truth has any pixel of a class.
  public boolean hasTruth(int c) {
    return ofTruth(c) > 0;
  }

  private double meanOverTruth(double[] values) {
    double sum = 0;
    int present = 0;
    for (int c = 0; c < classes; c++) {
      if (ofTruth(c) > 0) {
        sum += values[c];
        present++;
      }
    }
    return sum / present;
  }

  private long hits(int c) {
    return counts[c * classes + c];
  }

  private long ofTruth(int c) {
    long sum = 0;
    for (int p = 0; p < classes; p++) {
      sum += counts[c * classes + p];
    }
    return sum;
  }

  private long ofPrediction(int c) {
    long sum = 0;
    for (int t = 0; t < classes; t++) {
      sum += counts[t * classes + c];
    }
    return sum;
  }
}
