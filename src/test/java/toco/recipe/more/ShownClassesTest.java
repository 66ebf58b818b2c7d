package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ShownClassesTest {
  /// Labels of a grid, each so many times.
  private static long[] cells(long... labelsAndCounts) {
    var cells = new long[0];
    for (int i = 0; i < labelsAndCounts.length; i += 2) {
      int before = cells.length;
      cells = Arrays.copyOf(cells, before + (int) labelsAndCounts[i + 1]);
      Arrays.fill(cells, before, cells.length, labelsAndCounts[i]);
    }
    return cells;
  }

  @Test
  void positiveLogitsCount() {
    var shown = ShownClasses.predicted(new float[] {-1, 0, 0.1f}, cells(0, 50, 1, 50));
    assertArrayEquals(new float[] {0, 0, 1}, shown);
  }

  @Test
  void withoutOneTheSegmentationsClassesCount() {
    var none = new float[] {-1, -2, 0};
    assertArrayEquals(
        new float[] {0, 1, 0}, ShownClasses.predicted(none, cells(0, 50, 1, 4, 2, 5)));
    assertArrayEquals(new float[] {0, 0, 0}, ShownClasses.predicted(none, cells(0, 50, 1, 4)));
  }

  /// The lowest label is not counted, not even if it is a class.
  @Test
  void theLowestLabelIsNotCounted() {
    var none = new float[] {-1, -2, -3};
    assertArrayEquals(new float[] {0, 1, 0}, ShownClasses.predicted(none, cells(2, 1, 3, 4)));
    assertArrayEquals(new float[] {0, 0, 1}, ShownClasses.predicted(none, cells(0, 1, 3, 5)));
  }

  /// For the test server the segmentation comes first.
  @Test
  void orTheSegmentationsClassesCountFirst() {
    var positive = new float[] {-1, 2, 3};
    assertArrayEquals(
        new float[] {1, 0, 0}, ShownClasses.segmented(positive, cells(0, 50, 1, 4, 2, 3)));
    assertArrayEquals(new float[] {0, 1, 1}, ShownClasses.segmented(positive, cells(0, 50, 1, 3)));
    assertArrayEquals(new float[] {0, 1, 1}, ShownClasses.segmented(positive, cells(0, 50)));
  }
}
