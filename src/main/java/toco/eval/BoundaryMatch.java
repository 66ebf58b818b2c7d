package toco.eval;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import toco.image.LabelMap;

/// Counts for the boundary F-score (Csurka, Larlus, Perronnin 2013): for each class, how many
/// boundary pixels of a label map are near the boundary in the ground truth, and the reverse.
///
/// A pixel of class c is on c's boundary if one of its four neighbours in the image is not of c.
/// Boundary pixels match within 0.75 % of the image's diagonal. Where the ground truth is ignored,
/// the prediction is ignored, too.
final class BoundaryMatch {
  /// Numbers per class in [#counts]: class, boundary pixels of the prediction, how many of them are
  /// near the truth's, boundary pixels of the truth, how many of them are near the prediction's.
  static final int STRIDE = 5;

  private static final double TOLERANCE = 0.0075;
  private static final int EIGHT = 8;
  private static final long EIGHT_EQUAL = 0x0101010101010101L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final int width;
  private final int height;
  private final int[] halfWidths; // of the rows of a disc, from its centre down
  private final short[] marked; // the last call of near() that marked the pixel

  private BoundaryMatch(int width, int height) {
    this.width = width;
    this.height = height;
    marked = new short[width * height];
    double radius = TOLERANCE * Math.hypot(width, height);
    halfWidths = new int[(int) radius + 1];
    for (int dy = 0; dy < halfWidths.length; dy++) {
      halfWidths[dy] = (int) Math.sqrt(radius * radius - dy * dy);
    }
  }

  /// @param truth labels, row by row
  /// @param predicted labels, row by row
  /// @return [STRIDE] numbers for each class that has a boundary in one of the two, in label order
  static int[] counts(byte[] truth, byte[] predicted, int width, int height, int classes) {
    return new BoundaryMatch(width, height).match(truth, predicted, classes);
  }

  private int[] match(byte[] truth, byte[] predicted, int classes) {
    var compared = predicted.clone();
    for (int i = 0; i < truth.length; i++) {
      if ((truth[i] & 0xFF) >= classes) {
        compared[i] = (byte) LabelMap.IGNORE;
      }
    }
    var ofTruth = boundaries(truth, classes);
    var ofPrediction = boundaries(compared, classes);
    var counts = new int[classes * STRIDE];
    int used = 0;
    for (int c = 0; c < classes; c++) {
      if (ofTruth[c].length + ofPrediction[c].length > 0) {
        counts[used] = c;
        counts[used + 1] = ofPrediction[c].length;
        counts[used + 2] = near(ofPrediction[c], ofTruth[c], (short) (2 * c + 1));
        counts[used + 3] = ofTruth[c].length;
        counts[used + 4] = near(ofTruth[c], ofPrediction[c], (short) (2 * c + 2));
        used += STRIDE;
      }
    }
    return Arrays.copyOf(counts, used);
  }

  /// The positions of each class's boundary pixels.
  private int[][] boundaries(byte[] labels, int classes) {
    var positions = new int[classes][0];
    var found = new int[classes];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        while (x + EIGHT < width && isFlat(labels, x, y)) {
          x += EIGHT;
        }
        int i = y * width + x;
        int c = labels[i] & 0xFF;
        if (c < classes && isBoundary(labels, x, y)) {
          if (found[c] == positions[c].length) {
            positions[c] = Arrays.copyOf(positions[c], Math.max(256, 2 * found[c]));
          }
          positions[c][found[c]++] = i;
        }
      }
    }
    for (int c = 0; c < classes; c++) {
      positions[c] = Arrays.copyOf(positions[c], found[c]);
    }
    return positions;
  }

  private boolean isBoundary(byte[] labels, int x, int y) {
    int i = y * width + x;
    byte label = labels[i];
    return (x > 0 && labels[i - 1] != label)
        || (x + 1 < width && labels[i + 1] != label)
        || (y > 0 && labels[i - width] != label)
        || (y + 1 < height && labels[i + width] != label);
  }

  /// Whether eight pixels and all their neighbours have the same label, as in most of a label map.
  /// Eight labels are compared as one 64-bit number, which is fast.
  private boolean isFlat(byte[] labels, int x, int y) {
    int i = y * width + x;
    long eight = (long) LONG.get(labels, i);
    return eight == (eight & 0xFF) * EIGHT_EQUAL
        && (x == 0 || labels[i - 1] == labels[i])
        && labels[i + EIGHT] == labels[i]
        && (y == 0 || (long) LONG.get(labels, i - width) == eight)
        && (y + 1 == height || (long) LONG.get(labels, i + width) == eight);
  }

  /// Number of pixels that have one of the others within the tolerance.
  ///
  /// @param mark unique to this call
  private int near(int[] pixels, int[] others, short mark) {
    if (pixels.length == 0) {
      return 0;
    }
    for (int other : others) {
      markDisc(other % width, other / width, mark);
    }
    int near = 0;
    for (int pixel : pixels) {
      near += marked[pixel] == mark ? 1 : 0;
    }
    return near;
  }

  private void markDisc(int x, int y, short mark) {
    int reach = halfWidths.length - 1;
    for (int row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
      int half = halfWidths[Math.abs(row - y)];
      int from = row * width + Math.max(0, x - half);
      int to = row * width + Math.min(width - 1, x + half);
      Arrays.fill(marked, from, to + 1, mark);
    }
  }
}
