package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.Segmentation;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Values are golden cases.
@TensorTest
class MapSegmentationTest {
  /// Two pixels, five classes.
  private static Tensor maps() {
    return Tensor.of(new float[] {.9f, .9f, .2f, .6f, 0, 0, .8f, .8f, .7f, .5f}, 1, 5, 1, 2);
  }

  private static MapSegmentation of(float... shown) {
    return new MapSegmentation(maps(), shown, 0.5);
  }

  @Test
  void onlyShownClassesCompete() {
    var shown = of(0, 1, 0, 0, 1);
    assertArrayEquals(new long[] {5, 2}, shown.labels().toLongArray());
    assertArrayEquals(new long[] {0, 2, 5}, shown.planes());
    assertArrayEquals(
        new float[] {.3f, .4f, .2f, .6f, .7f, .5f}, shown.probabilities().toFloatArray(), 1e-6f);
    assertArrayEquals(
        new long[] {2, 5, 0},
        Segmentation.labelsOf(Tensor.of(new long[] {1, 2, 0}, 1, 3), shown.planes()).toLongArray());
  }

  /// Known classes take the place of the predicted ones.
  @Test
  void knownClassesAreTheOnesShown() {
    var known = of(0, 1, 0, 0, 1).labelsKnown(new float[] {0, 0, 0, 1, 0});
    assertArrayEquals(new long[] {4, 4}, known.labels().toLongArray());
    assertArrayEquals(new long[] {0, 4}, known.planes());
  }

  @Test
  void anImageWithoutClassesIsBackground() {
    var none = of(0, 0, 0, 0, 0);
    assertEquals(0, none.labels().amax().itemLong());
    assertArrayEquals(new long[] {0}, none.planes());
    assertEquals(
        List.of(1L, 1L, 2L),
        List.of(none.labels().size(0), none.labels().size(1), none.labels().size(2)));
  }
}
