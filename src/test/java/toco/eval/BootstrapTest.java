package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class BootstrapTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "tree");

  private static ScoredImages images(int count) {
    return new ScoredImages(4, RandomImages.make(count, 4, 1));
  }

  /// A percentile interval need not contain the score itself; with images as uniform as these it
  /// does.
  @Test
  void intervalsContainTheScores() {
    var images = images(100);
    var intervals = Bootstrap.of(images, 200, 1, CLASSES).intervals();
    images
        .scores()
        .byName(CLASSES)
        .forEach((name, figure) -> {
          var interval = intervals.get(name);
          assertTrue(
              interval.low() < figure && figure < interval.high(),
              name + " " + figure + " in " + interval);
        });
  }

  /// The width is proportional to one over the root of the number of images: 16 times as many give
  /// a quarter. 200 resamples estimate a width to about a tenth.
  @Test
  void intervalsShrinkWithTheNumberOfImages() {
    double few = width(Bootstrap.of(images(25), 200, 1, CLASSES));
    double many = width(Bootstrap.of(images(400), 200, 1, CLASSES));
    assertEquals(4, few / many, 1.2, few + " and " + many);
  }

  private static double width(Bootstrap bootstrap) {
    var interval = bootstrap.intervals().get("seg.miou");
    return interval.high() - interval.low();
  }

  @Test
  void intervalsDependOnTheSeed() {
    var images = images(20);
    assertEquals(Bootstrap.of(images, 50, 7, CLASSES), Bootstrap.of(images, 50, 7, CLASSES));
    assertNotEquals(
        Bootstrap.of(images, 50, 7, CLASSES).intervals(),
        Bootstrap.of(images, 50, 8, CLASSES).intervals());
  }
}
