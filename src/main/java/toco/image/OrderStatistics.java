package toco.image;

import toco.image.formats.Samples;

/// Finds samples of an image by their rank, without sorting or copying them.
final class OrderStatistics {
  private static final int DIGIT_BITS = 16;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private final Samples samples;
  private final int bands;
  private final double[] row;
  private final int[] whole;

  /// @param bands the first of a pixel's samples to regard
  OrderStatistics(Samples samples, int bands) {
    this.samples = samples;
    this.bands = bands;
    row = new double[samples.rows().widthPx() * samples.rows().bands()];
    whole = new int[row.length];
  }

  /// The finite sample that so large a share of the others is not greater than: of n sorted ones,
  /// number ⌊share · (n − 1)⌋, from 0. This is NumPy's `percentile` with method `lower`.
  ///
  /// @param share 0 the smallest, 1 the greatest
  /// @return 0 if no sample is finite
  double at(double share) {
    long prefix = 0;
    long rank = -1;
    for (int shift = Long.SIZE - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
      var counts = counts(prefix, shift);
      if (rank < 0) {
        long all = 0;
        for (long count : counts) {
          all += count;
        }
        if (all == 0) {
          return 0;
        }
        rank = (long) Math.floor(share * (all - 1));
      }
      int digit = 0;
      while (rank >= counts[digit]) {
        rank -= counts[digit++];
      }
      prefix = prefix << DIGIT_BITS | digit;
    }
    return Double.longBitsToDouble(prefix < 0 ? prefix ^ Long.MIN_VALUE : ~prefix);
  }

  /// How many samples whose key begins with a prefix have each next digit.
  private long[] counts(long prefix, int shift) {
    var counts = new long[DIGITS];
    int all = samples.rows().bands();
    for (int y = 0; y < samples.rows().heightPx(); y++) {
      readRow(y);
      for (int i = 0; i < row.length; i++) {
        if (i % all < bands && Double.isFinite(row[i])) {
          long key = key(row[i]);
          boolean matches =
              shift == Long.SIZE - DIGIT_BITS || key >>> (shift + DIGIT_BITS) == prefix;
          counts[(int) (key >>> shift) & (DIGITS - 1)] += matches ? 1 : 0;
        }
      }
    }
    return counts;
  }

  private void readRow(int y) {
    if (!samples.rows().isWhole()) {
      samples.rows().read(y, row);
      return;
    }
    samples.rows().read(y, whole);
    for (int i = 0; i < row.length; i++) {
      row[i] = samples.number(whole[i]);
    }
  }

  /// Keys, as unsigned numbers, have the order of the samples.
  private static long key(double sample) {
    long bits = Double.doubleToRawLongBits(sample == 0 ? 0.0 : sample); // −0 is 0
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }
}
