package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.SmallNetwork;
import toco.config.PixelStatistics;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class CosaEvaluationTest {
  private static final CosaEvaluation SMALL = new CosaEvaluation(32, List.of(1.0, 0.5));

  private static RgbImage image(Arena arena) {
    var pixels = arena.allocate(3L * 40 * 50);
    for (long i = 0; i < pixels.byteSize(); i++) {
      pixels.set(java.lang.foreign.ValueLayout.JAVA_BYTE, i, (byte) (i * 7919 >> 3));
    }
    return new RgbImage(pixels, 50, 40);
  }

  private static HashSet<Long> classes(Tensor labels) {
    assertArrayEquals(new long[] {1, 40, 50}, labels.shape().sizes());
    var classes = new HashSet<Long>();
    for (long label : labels.toLongArray()) {
      classes.add(label);
    }
    return classes;
  }

  /// Known labels leave no other class, nor anything of it to the CRF; the ordinary segmentation
  /// does not depend on them.
  @Test
  void knownLabelsDropTheOtherClasses() {
    try (var model = SmallNetwork.create(4);
        var arena = Arena.ofConfined();
        var _ = GradMode.noGrad()) {
      var made = SMALL.of(model, image(arena));
      var segmentation = made.segmentation();
      var all = segmentation.labelsKnown(new float[] {1, 1, 1});
      assertArrayEquals(made.labels().toLongArray(), all.labels().toLongArray());
      var ordinary = classes(made.labels());
      ordinary.remove(0L);
      assertTrue(!ordinary.isEmpty(), "the network shows no class; choose another seed");
      for (long k : ordinary) {
        var known = new float[] {1, 1, 1};
        known[(int) k - 1] = 0;
        var without = segmentation.labelsKnown(known);
        assertTrue(!classes(without.labels()).contains(k), "class " + k);
        assertEquals(0, without.probabilities().select(0, k).amax().item(), "class " + k);
      }
      var none = segmentation.labelsKnown(new float[] {0, 0, 0});
      assertEquals(0, none.labels().amax().itemLong());
      assertEquals(1, none.probabilities().select(0, 0).amin().item());
    }
  }

  /// As published, 20 of ImageNet's 3 · 256 levels become 1 lower.
  @Test
  void theImageOfTheCrfIsTruncated() {
    var levels = new float[256 * 3];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = i / 3;
    }
    var image = Tensor.of(levels, 16, 16, 3).to(DType.UINT8);
    var published = PublishedLevels.of(image, PixelStatistics.IMAGENET);
    assertEquals(DType.UINT8, published.dtype());
    var lower = image.to(DType.INT64).sub(published.to(DType.INT64));
    assertEquals(20, lower.sum().itemLong());
    assertEquals(1, lower.amax().itemLong());
    assertEquals(0, lower.amin().itemLong());
  }
}
