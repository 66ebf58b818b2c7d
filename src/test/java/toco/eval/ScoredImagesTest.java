package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Scores are small fractions, exact in double precision except for the last bits.
class ScoredImagesTest {
  private static final double EXACT = 1e-15;

  @Test
  void f1IsAveragedOverImagesNotOverClasses() {
    var scores =
        scores(
            image(0, new float[] {1, 1, 0}, 0.1f, -3, -1), // precision 1, recall ½
            image(1, new float[] {0, 1, 0}, 2, 2, 2)); // precision ⅓, recall 1
    assertEquals((2 / 3.0 + 1 / 2.0) / 2, scores.classF1(), EXACT);
    assertEquals(2, scores.images());
  }

  @Test
  void aLogitOfZeroPredictsNoClass() {
    assertEquals(0, image(0, new float[] {1, 0}, 0, -1).f1());
    assertEquals(1, image(0, new float[] {1, 0}, 1e-6f, -1).f1());
  }

  @Test
  void f1IsZeroWhereNoClassIsPresentOrPredicted() {
    assertEquals(0, image(0, new float[] {0, 0}, -1, -1).f1());
  }

  @Test
  void f1OfAClassIsOverImages() {
    var scores =
        scores(
            image(0, new float[] {1, 0}, 1, -1), // class 0: found, found, missed, false positive
            image(1, new float[] {1, 0}, 1, -1),
            image(2, new float[] {1, 0}, -1, -1),
            image(3, new float[] {0, 0}, 1, -1));
    assertArrayEquals(new double[] {2 * 2 / 6.0, Double.NaN}, scores.named().f1(), EXACT);
  }

  /// By hand: positives at ranks 1 and 3 of 4 have precisions 1 and ⅔.
  @Test
  void averagePrecisionIsTheMeanPrecisionAtThePositives() {
    var scores =
        scores(
            image(0, new float[] {0, 0}, 3, 0),
            image(1, new float[] {1, 0}, 4, 0),
            image(2, new float[] {0, 0}, 1, 0),
            image(3, new float[] {1, 0}, 2, 0));
    assertArrayEquals(
        new double[] {(1 + 2 / 3.0) / 2, Double.NaN}, scores.named().averagePrecision(), EXACT);
    assertEquals((1 + 2 / 3.0) / 2, scores.named().meanAveragePrecision(), EXACT);
  }

  /// Images with equal logits have no order: they share one precision.
  @Test
  void averagePrecisionDoesNotDependOnTheOrderOfEqualLogits() {
    var one = image(0, new float[] {1, 0}, 1, Float.NaN);
    var other = image(1, new float[] {0, 1}, 1, Float.NaN);
    assertArrayEquals(new double[] {0.5, 0.5}, scores(one, other).named().averagePrecision());
    var swapped =
        scores(
            image(0, new float[] {0, 1}, 1, Float.NaN), image(1, new float[] {1, 0}, 1, Float.NaN));
    assertArrayEquals(new double[] {0.5, 0.5}, swapped.named().averagePrecision());
  }

  /// The classes of an image, ranked; logits of which the probability is 1 in float32 are equal.
  @Test
  void averagePrecisionOfAnImage() {
    assertEquals((1 + 2 / 3.0) / 2, imageAp(new float[] {1, 0, 1}, 3, 2, 1), EXACT);
    assertEquals(0.5, imageAp(new float[] {1, 0, 0}, 40, 50, 1), EXACT);
    assertEquals(1 / 3.0, imageAp(new float[] {1, 0, 0}, Float.NaN, Float.NaN, 1), EXACT);
    assertTrue(Double.isNaN(imageAp(new float[] {0, 0, 0}, 3, 2, 1)));
    var scores =
        scores(
            image(0, new float[] {1, 0}, 0, 1),
            image(1, new float[] {0, 0}, 0, 1),
            image(2, new float[] {0, 1}, 0, 1));
    assertEquals(0.75, scores.named().imageAveragePrecision(), EXACT);
  }

  private static double imageAp(float[] labels, float... logits) {
    return ClassScores.imageAveragePrecision(labels, logits);
  }

  /// Bit for bit, although floating-point sums depend on the order.
  @Test
  void scoresDoNotDependOnTheOrderOfTheImages() {
    var images = RandomImages.make(50, 4, 1);
    var expected = new ScoredImages(4, images).scores();
    var shuffled = new ArrayList<>(images);
    Collections.shuffle(shuffled, new Random(2));
    var names = List.of("a", "b", "c");
    assertEquals(expected.byName(names), new ScoredImages(4, shuffled).scores().byName(names));
  }

  @Test
  void anImageOfWeightTwoCountsAsTwoImages() {
    var images = RandomImages.make(6, 4, 1);
    var times = new int[] {1, 2, 0, 1, 3, 1};
    var repeated = new ArrayList<ImageScores>();
    for (int i = 0; i < times.length; i++) {
      repeated.addAll(Collections.nCopies(times[i], images.get(i)));
    }
    var names = List.of("a", "b", "c");
    var weighted = new ScoredImages(4, images).scores(times).byName(names);
    var plain = new ScoredImages(4, repeated).scores().byName(names);
    plain.forEach((name, value) -> assertEquals(value, weighted.get(name), 1e-12, name));
  }

  private static Scores scores(ImageScores... images) {
    return new ScoredImages(images[0].labels().length + 1, Arrays.asList(images)).scores();
  }

  private static ImageScores image(int index, float[] labels, float... logits) {
    return new ImageScores(index, "image" + index, Map.of(), labels, logits, 0);
  }
}
