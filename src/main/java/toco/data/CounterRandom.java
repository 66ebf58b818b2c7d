package toco.data;

import java.util.Arrays;

/// A random number generator whose numbers are a pure function of its key (seed, epoch, sample,
/// view) and of how many were drawn from it before.
///
/// A sample's augmentation is therefore the same whatever the number of workers, the order in which
/// they finish and the step at which a run was resumed. Two keys never share numbers.
///
/// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", 2011): a keyed bijection of 128-bit counters. The key is the seed; the counter's words
/// are the block number, view, sample and epoch. Logarithms come from `StrictMath`, so every
/// machine draws the same numbers.
///
/// Not thread-safe; create one per use, it is small.
public final class CounterRandom {
  private static final int ROUNDS = 10;
  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private final int key0;
  private final int key1;
  private final int view;
  private final int sample;
  private final int epoch;
  private final int[] block = new int[4];
  private int nextBlock;
  private int used = block.length;
  private double spareNormal = Double.NaN;

  /// The generator of one key.
  ///
  /// @param seed the run's seed
  /// @param epoch pass over the data, or another number for another purpose
  /// @param sample index of the sample
  /// @param view number of the sample's view
  public CounterRandom(long seed, int epoch, int sample, int view) {
    this.key0 = (int) seed;
    this.key1 = (int) (seed >>> 32);
    this.view = view;
    this.sample = sample;
    this.epoch = epoch;
  }

  /// 32 random bits.
  public int nextBits() {
    if (used == block.length) {
      philox(nextBlock++, view, sample, epoch, key0, key1, block);
      used = 0;
    }
    return block[used++];
  }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  public float nextFloat() {
    return (nextBits() >>> 8) * 0x1p-24f;
  }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  public double nextDouble() {
    int high = nextBits() >>> 5;
    int low = nextBits() >>> 6;
    return (((long) high << 26) | low) * 0x1p-53;
  }

  /// Uniform in [low, high).
  public double uniform(double low, double high) {
    return low + (high - low) * nextDouble();
  }

  /// True with this probability.
  public boolean nextBoolean(double probability) {
    return nextDouble() < probability;
  }

  /// Uniform in 0…bound−1, without bias.
  ///
  /// @param bound at least 1
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be ≥ 1, got " + bound);
    }
    // Lemire's method: the high word of bits·bound, redrawn in the few cases that would be uneven
    long product = Integer.toUnsignedLong(nextBits()) * bound;
    if ((product & 0xFFFFFFFFL) < bound) {
      long uneven = (1L << 32) % bound;
      while ((product & 0xFFFFFFFFL) < uneven) {
        product = Integer.toUnsignedLong(nextBits()) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method).
  public double nextNormal() {
    if (!Double.isNaN(spareNormal)) {
      double spare = spareNormal;
      spareNormal = Double.NaN;
      return spare;
    }
    double x;
    double y;
    double square;
    do { // a point of the unit disc: its angle and its radius are independent
      x = 2 * nextDouble() - 1;
      y = 2 * nextDouble() - 1;
      square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = Math.sqrt(-2 * StrictMath.log(square) / square);
    spareNormal = y * scale;
    return x * scale;
  }

  /// Normal with this mean and standard deviation.
  public double normal(double mean, double std) {
    return mean + std * nextNormal();
  }

  /// The numbers 0…n−1 in random order (Fisher–Yates).
  public int[] permutation(int n) {
    return choose(n, n);
  }

  /// `count` different numbers of 0…n−1 in random order.
  public int[] choose(int n, int count) {
    if (n < 0 || count < 0 || count > n) {
      throw new IllegalArgumentException("cannot choose " + count + " of " + n);
    }
    var numbers = new int[n];
    for (int i = 0; i < n; i++) {
      numbers[i] = i;
    }
    for (int i = 0; i < Math.min(count, n - 1); i++) {
      int j = i + nextInt(n - i);
      int swapped = numbers[i];
      numbers[i] = numbers[j];
      numbers[j] = swapped;
    }
    return count == n ? numbers : Arrays.copyOf(numbers, count);
  }

  /// One block of Philox4x32-10.
  static void philox(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = Integer.toUnsignedLong(MULTIPLIER_0) * Integer.toUnsignedLong(c0);
      long product1 = Integer.toUnsignedLong(MULTIPLIER_1) * Integer.toUnsignedLong(c2);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }
}
