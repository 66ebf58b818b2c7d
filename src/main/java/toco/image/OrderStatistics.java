package toco.image;

import org.jspecify.annotations.Nullable;
import toco.image.formats.Samples;

/// Finds samples of an image by their rank, without sorting or copying them: counts the samples by
/// the first 16 bits of a key that has their order, then those of the right ones by the next 16.
final class OrderStatistics {
  private static final int DIGIT_BITS = 16;
  private static final int DIGITS = 1 << DIGIT_BITS;

  private final Samples samples;
  private final int bands;
  private final boolean isWhole;
  private final int keyBits;
  private final double[] row;
  private final int[] whole;
  private long @Nullable [] firstDigits;

  /// @param bands the first of a pixel's samples to regard
  OrderStatistics(Samples samples, int bands) {
    this.samples = samples;
    this.bands = bands;
    isWhole = samples.rows().isWhole();
    keyBits = isWhole && samples.bits() <= 16 ? 16 : samples.bits() <= 32 ? 32 : 64;
    row = new double[samples.rows().widthPx() * samples.rows().bands()];
    whole = new int[isWhole ? row.length : 0];
  }

  /// The finite sample that so large a share of the others is not greater than: of n sorted ones,
  /// number ⌊share · (n − 1)⌋, from 0. This is NumPy's `percentile` with method `lower`.
  ///
  /// @param share 0 the smallest, 1 the greatest
  /// @return 0 if no sample is finite
  double at(double share) {
    if (firstDigits == null) {
      firstDigits = counts(0, keyBits - DIGIT_BITS);
    }
    long all = 0;
    for (long count : firstDigits) {
      all += count;
    }
    if (all == 0) {
      return 0;
    }
    long rank = (long) Math.floor(share * (all - 1));
    long prefix = 0;
    for (int shift = keyBits - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
      long[] counts = shift == keyBits - DIGIT_BITS ? firstDigits : counts(prefix, shift);
      int digit = 0;
      while (rank >= counts[digit]) {
        rank -= counts[digit++];
      }
      prefix = prefix << DIGIT_BITS | digit;
    }
    return sample(prefix);
  }

  /// How many samples whose key begins with a prefix have each next digit.
  private long[] counts(long prefix, int shift) {
    var counts = new long[DIGITS];
    int all = samples.rows().bands();
    boolean isFirst = shift == keyBits - DIGIT_BITS;
    for (int y = 0; y < samples.rows().heightPx(); y++) {
      readRow(y);
      for (int i = 0; i < row.length; i++) {
        if (i % all < bands && Double.isFinite(row[i])) {
          long key = key(row[i]);
          if (isFirst || key >>> (shift + DIGIT_BITS) == prefix) {
            counts[(int) (key >>> shift) & (DIGITS - 1)]++;
          }
        }
      }
    }
    return counts;
  }

  private void readRow(int y) {
    if (!isWhole) {
      samples.rows().read(y, row);
      return;
    }
    samples.rows().read(y, whole);
    for (int i = 0; i < row.length; i++) {
      row[i] = samples.number(whole[i]);
    }
  }

  /// Keys, as unsigned numbers of [#keyBits], have the order of the samples.
  private long key(double sample) {
    if (isWhole) {
      return (long) sample + zero();
    }
    if (keyBits == Integer.SIZE) {
      int bits = Float.floatToRawIntBits((float) sample + 0f); // −0 is 0
      return Integer.toUnsignedLong(bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE);
    }
    long bits = Double.doubleToRawLongBits(sample + 0.0);
    return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
  }

  private double sample(long key) {
    if (isWhole) {
      return key - zero();
    }
    if (keyBits == Integer.SIZE) {
      int bits = (int) key;
      return Float.intBitsToFloat(bits < 0 ? bits ^ Integer.MIN_VALUE : ~bits);
    }
    return Double.longBitsToDouble(key < 0 ? key ^ Long.MIN_VALUE : ~key);
  }

  /// The key of 0, of whole numbers.
  private long zero() {
    return samples.isSigned() ? 1L << (keyBits - 1) : 0;
  }
}
