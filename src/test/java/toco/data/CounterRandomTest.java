package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  /// The known answers published with the algorithm: zeros, ones, and digits of pi.
  @Test
  void agreesWithThePublishedKnownAnswers() {
    assertBlock("6627e8d5 e169c58d bc57ac4c 9b00dbd8", 0, 0, 0, 0, 0, 0);
    assertBlock("408f276d 41c83b0e a20bc7c6 6d5451fd", -1, -1, -1, -1, -1, -1);
    assertBlock(
        "d16cfe09 94fdcceb 5001e420 24126ea1",
        0x243f6a88,
        0x85a308d3,
        0x13198a2e,
        0x03707344,
        0xa4093822,
        0x299f31d0);
  }

  @Test
  void equalKeysGiveEqualNumbersAndOtherKeysOthers() {
    var seen = new HashSet<Long>();
    int keys = 0;
    for (long seed : new long[] {0, 1, 1L << 32}) {
      for (int epoch = 0; epoch < 5; epoch++) {
        for (int sample = 0; sample < 5; sample++) {
          for (int view = 0; view < 3; view++) {
            long first = bits(seed, epoch, sample, view);
            assertEquals(first, bits(seed, epoch, sample, view));
            seen.add(first);
            keys++;
          }
        }
      }
    }
    assertEquals(keys, seen.size());
  }

  /// 200,000 draws: the mean of a uniform has standard error 0.0006, the bounds here are 5 standard
  /// errors.
  @Test
  void uniformAndNormalHaveTheirMoments() {
    var random = new CounterRandom(3, 0, 0, 0);
    int draws = 200_000;
    double sum = 0;
    double normalSum = 0;
    double squares = 0;
    for (int i = 0; i < draws; i++) {
      double value = random.uniform(-1, 3);
      assertTrue(value >= -1 && value < 3);
      sum += value;
      double normal = random.nextNormal();
      normalSum += normal;
      squares += normal * normal;
    }
    assertEquals(1, sum / draws, 4 * 0.003);
    assertEquals(0, normalSum / draws, 5 * 0.00224); // standard error 1/√draws
    assertEquals(1, squares / draws, 5 * 0.00317); // standard error √(2/draws)
  }

  /// Each of 7 counts of 70,000 draws has standard deviation √(70000·1/7·6/7) = 93; the bound is 5
  /// of them.
  @Test
  void integersAreUniform() {
    var random = new CounterRandom(4, 0, 0, 0);
    var counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[random.nextInt(7)]++;
    }
    for (int count : counts) {
      assertEquals(10_000, count, 5 * 93);
    }
  }

  @Test
  void permutationHoldsEveryNumberOnce() {
    var random = new CounterRandom(5, 0, 0, 0);
    int[] order = random.permutation(1000);
    var sorted = order.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < 1000; i++) {
      assertEquals(i, sorted[i]);
    }
    assertTrue(!Arrays.equals(order, sorted));
    assertEquals(0, random.permutation(0).length);
    assertEquals(3, Arrays.stream(random.choose(10, 3)).distinct().count());
  }

  /// The draws themselves are part of what makes a run reproducible: a change here changes every
  /// run.
  @Test
  void drawsNeverChange() {
    var random = new CounterRandom(230_301_267L, 1, 2, 3);
    assertEquals(0.19460785f, random.nextFloat());
    assertEquals(0.07175397409147133, random.nextDouble());
    assertEquals(0.2704861593734541, random.nextNormal());
    assertArrayEquals(new int[] {40, 68, 6, 27}, random.choose(100, 4));
  }

  private static long bits(long seed, int epoch, int sample, int view) {
    var random = new CounterRandom(seed, epoch, sample, view);
    return ((long) random.nextBits() << 32) | Integer.toUnsignedLong(random.nextBits());
  }

  private static void assertBlock(String expected, int c0, int c1, int c2, int c3, int k0, int k1) {
    var out = new int[4];
    CounterRandom.philox(c0, c1, c2, c3, k0, k1, out);
    assertEquals(expected, "%08x %08x %08x %08x".formatted(out[0], out[1], out[2], out[3]));
  }
}
