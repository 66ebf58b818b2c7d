package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Combination;
import toco.model.MoreNetwork;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Laws of MoRe's localisation maps and of its straight resize; their values are golden cases.
@TensorTest
class LocalisationMapsTest {
  private static final List<Double> SCALES = List.of(1.0, 0.5, 1.5);

  private static MoreNetwork network() {
    Rng.manualSeed(2);
    return new MoreNetwork(SmallNetwork.CONFIG.model(), Device.CPU);
  }

  private static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  /// Each image is computed alone, its mirror image has the mirrored maps, and each map fills 0…1.
  @Test
  void mapsAreOfEachImageAndOfItsMirrorImage() {
    try (var model = network()) {
      var images = Tensor.randn(2, 3, 32, 48);
      var maps = LocalisationMaps.multiScale(model, images, SCALES);
      assertArrayEquals(new long[] {2, 3, 32, 48}, maps.shape().sizes());
      var second = LocalisationMaps.multiScale(model, images.slice(0, 1, 2), SCALES);
      assertTrue(difference(second, maps.slice(0, 1, 2)) < 1e-4);
      var mirrored = LocalisationMaps.multiScale(model, images.flip(3), SCALES);
      assertTrue(difference(maps, mirrored.flip(3)) < 1e-4);
      assertTrue(maps.amin(new long[] {2, 3}, false).abs().amax().item() == 0);
      assertTrue(maps.amax(new long[] {2, 3}, false).amin().item() > 0.99);
      assertTrue(!maps.requiresGrad());
    }
  }

  @Test
  void fusedMapsFillTheRangeAgain() {
    var maps = Tensor.rand(1, 2, 4, 4).mul(0.5);
    var fused =
        LocalisationMaps.fused(maps, Tensor.full(0.2, maps.dtype(), Device.CPU, 1, 2, 4, 4));
    assertTrue(fused.amax().item() > 0.99 && fused.amin().item() == 0);
  }

  @Test
  void noScaleIsRefused() {
    try (var model = network()) {
      var images = Tensor.zeros(1, 3, 32, 32);
      assertThrows(
          IllegalArgumentException.class,
          () -> LocalisationMaps.multiScale(model, images, List.of()));
    }
    assertThrows(IllegalArgumentException.class, () -> new SquareInference(32, List.of()));
    assertThrows(IllegalArgumentException.class, () -> new SquareInference(32, List.of(0.01)));
  }

  /// Of a square image of the size itself, one scale is the plain multi-scale inference.
  @Test
  void aSquareAtScaleOneIsPlainInference() {
    try (var model = network();
        var _ = GradMode.noGrad()) {
      var images = Tensor.randn(1, 3, 32, 32);
      var plain =
          new MultiScaleInference(List.of(1.0), Combination.SUM, Combination.MAX)
              .logits(model, images, 32, 32);
      var square = new SquareInference(32, List.of(1.0)).logits(model, images);
      assertEquals(0, difference(plain, square));
      var more = new SquareInference(32, List.of(1.0, 1.25)).logits(model, images);
      assertTrue(more.sub(square).amin().item() >= 0, "the largest of the scales");
      assertTrue(difference(more, square) > 0);
    }
  }
}
