package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundaryMatchTest {
  private static final int SIDE = 200; // a tolerance of 2.12 px
  private static final int CLASSES = 3;

  private static byte[] square(int left, int top, int side, int label) {
    var labels = new byte[SIDE * SIDE];
    for (int y = top; y < top + side; y++) {
      Arrays.fill(labels, y * SIDE + left, y * SIDE + left + side, (byte) label);
    }
    return labels;
  }

  private static int[] counts(byte[] truth, byte[] predicted) {
    return BoundaryMatch.counts(truth, predicted, SIDE, SIDE, CLASSES);
  }

  /// A square of 20 px has 76 pixels on its edge, and 80 of the background touch it.
  @Test
  void equalMapsMatchEverywhere() {
    var map = square(50, 50, 20, 1);
    assertArrayEquals(new int[] {0, 80, 80, 80, 80, 1, 76, 76, 76, 76}, counts(map, map));
  }

  @Test
  void aShiftWithinTheToleranceMatchesAndOneBeyondDoesNot() {
    var truth = square(50, 50, 20, 1);
    assertEquals(1, f(counts(truth, square(52, 50, 20, 1)), 1));
    assertEquals(0, f(counts(truth, square(120, 120, 20, 1)), 1));
    // moved by 3 px, the upper and the lower edge still match those of the truth
    double partly = f(counts(truth, square(53, 50, 20, 1)), 1);
    assertEquals(0.5, partly, 0.1);
  }

  @Test
  void aClassInOnlyOneMapMatchesNothing() {
    var counts = counts(square(50, 50, 20, 1), square(50, 50, 20, 2));
    assertArrayEquals(new int[] {0, 80, 80, 80, 80, 1, 0, 0, 76, 0, 2, 76, 0, 0, 0}, counts);
  }

  @Test
  void predictionsOfIgnoredPixelsDoNotCount() {
    var random = new Random(1);
    var truth = square(50, 50, 20, 1);
    for (int i = 0; i < truth.length; i++) {
      truth[i] = random.nextInt(4) == 0 ? (byte) 255 : truth[i];
    }
    var predicted = square(52, 50, 20, 1);
    var other = predicted.clone();
    for (int i = 0; i < truth.length; i++) {
      other[i] = truth[i] == (byte) 255 ? (byte) random.nextInt(CLASSES) : predicted[i];
    }
    assertArrayEquals(counts(truth, predicted), counts(truth, other));
  }

  /// Against distances between all pairs of pixels, on noise.
  @Test
  void countsEqualThoseOfAllPairs() {
    int side = 40;
    for (int seed = 0; seed < 5; seed++) {
      var random = new Random(seed);
      var truth = noise(random, side);
      var predicted = noise(random, side);
      var counts = BoundaryMatch.counts(truth, predicted, side, side, CLASSES);
      for (int i = 0; i < counts.length; i += BoundaryMatch.STRIDE) {
        int c = counts[i];
        assertEquals(near(predicted, truth, c, side), counts[i + 2], "prediction, class " + c);
        assertEquals(near(truth, predicted, c, side), counts[i + 4], "truth, class " + c);
      }
    }
  }

  private static byte[] noise(Random random, int side) {
    var labels = new byte[side * side];
    for (int y = 0; y < side; y += 2) {
      for (int x = 0; x < side; x++) {
        labels[y * side + x] = (byte) (random.nextInt(6) == 0 ? 1 + random.nextInt(2) : 0);
        labels[(y + 1) * side + x] = labels[y * side + x];
      }
    }
    return labels;
  }

  private static int near(byte[] of, byte[] to, int c, int side) {
    double radius = 0.0075 * Math.hypot(side, side);
    int near = 0;
    for (int i = 0; i < of.length; i++) {
      boolean found = false;
      for (int j = 0; j < to.length && isBoundary(of, i, c, side) && !found; j++) {
        double distance = Math.hypot(i % side - j % side, i / side - j / side);
        found = distance <= radius && isBoundary(to, j, c, side);
      }
      near += found ? 1 : 0;
    }
    return near;
  }

  private static boolean isBoundary(byte[] labels, int i, int c, int side) {
    int x = i % side;
    int y = i / side;
    return labels[i] == c
        && ((x > 0 && labels[i - 1] != c)
            || (x < side - 1 && labels[i + 1] != c)
            || (y > 0 && labels[i - side] != c)
            || (y < side - 1 && labels[i + side] != c));
  }

  /// The F-score of one image and class, from the code that sums them.
  private static double f(int[] counts, int c) {
    var sums = new double[CLASSES];
    var images = new long[CLASSES];
    new LabelCounts(new int[0], counts).addTo(sums, images, 1);
    return sums[c] / images[c];
  }
}
