package toco.annotation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Connected pixels of one label, as runs along the image's columns: position `x · H + y`, as COCO
/// counts pixels.
///
/// @param label 1…K
/// @param starts position of the first pixel of each run, increasing
/// @param lengths number of pixels of each run; no run goes beyond its column
/// @param heightPx H, the image's height
@SuppressWarnings("ArrayRecordComponent") // never compared
record Region(int label, int[] starts, int[] lengths, int heightPx) {
  /// The smallest box around a region, in pixels.
  record Box(int x, int y, int width, int height) {}

  /// Receives runs in a column.
  @FunctionalInterface
  interface RunVisitor {
    void on(int x, int y, int length);
  }

  void forEachRun(RunVisitor visitor) {
    for (int i = 0; i < starts.length; i++) {
      visitor.on(starts[i] / heightPx, starts[i] % heightPx, lengths[i]);
    }
  }

  /// The number of pixels.
  int area() {
    int pixels = 0;
    for (int length : lengths) {
      pixels += length;
    }
    return pixels;
  }

  Box box() {
    int top = Integer.MAX_VALUE;
    int bottom = 0;
    for (int i = 0; i < starts.length; i++) {
      int y = starts[i] % heightPx;
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + lengths[i]);
    }
    int left = starts[0] / heightPx;
    int right = starts[starts.length - 1] / heightPx + 1;
    return new Box(left, top, right - left, bottom - top);
  }

  /// The mean over the pixels.
  ///
  /// @param values float32 [H, W]
  double mean(MemorySegment values, int widthPx) {
    double sum = 0;
    for (int i = 0; i < starts.length; i++) {
      int x = starts[i] / heightPx;
      int y = starts[i] % heightPx;
      for (int j = 0; j < lengths[i]; j++) {
        sum += values.getAtIndex(ValueLayout.JAVA_FLOAT, (long) (y + j) * widthPx + x);
      }
    }
    return sum / area();
  }

  /// The region as COCO's compressed counts: the lengths of runs of other pixels and of the
  /// region's in turn, from the third on as differences to the length two before, in digits of five
  /// bits, lowest first, with a sixth bit where more digits follow.
  String compressedCounts(int pixels) {
    var counts = counts(pixels);
    var text = new StringBuilder();
    for (int i = 0; i < counts.length; i++) {
      int value = i > 2 ? counts[i] - counts[i - 2] : counts[i];
      boolean more;
      do {
        int digit = value & 31;
        value >>= 5;
        boolean negative = (digit & 16) != 0; // the highest bit of the last digit is the sign
        more = negative ? value != -1 : value != 0;
        text.append((char) ('0' + (more ? digit | 32 : digit)));
      } while (more);
    }
    return text.toString();
  }

  /// @param pixels of the image
  private int[] counts(int pixels) {
    var counts = new int[2 * starts.length + 1];
    int n = 0;
    int end = 0; // of the last run
    for (int i = 0; i < starts.length; i++) {
      if (i > 0 && starts[i] == end) { // from the bottom of a column to the top of the next
        counts[n - 1] += lengths[i];
      } else {
        counts[n++] = starts[i] - end;
        counts[n++] = lengths[i];
      }
      end = starts[i] + lengths[i];
    }
    if (end < pixels) {
      counts[n++] = pixels - end;
    }
    return Arrays.copyOf(counts, n);
  }
}
