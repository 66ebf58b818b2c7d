package toco.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Combination;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// The published figures are held by the golden case `eval_multi_scale`; here are the laws around
/// them, on a small network with random weights.
@TensorTest(scope = false)
class MultiScaleInferenceTest {

  private static Toco model() {
    Rng.manualSeed(3);
    return new Toco(EvaluatorTest.CONFIG.model(), Device.CPU);
  }

  @Test
  void oneScaleWithoutMirrorImageIsThePlainPass() {
    try (var model = model();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 24, 40);
      var plain =
          model
              .segment(model.encode(images).patchMap())
              .interpolate(21, 39, Interpolation.BILINEAR);
      var logits = MultiScaleInference.SINGLE.logits(model, images, 21, 39);
      assertArrayEquals(plain.toFloatArray(), logits.toFloatArray());
    }
  }

  /// The mirror image of an image has the mirrored result: whether the pair is summed or the larger
  /// is taken, its order does not matter. Equal but for the rounding of the interpolations.
  @Test
  void aMirrorImageHasTheMirroredResult() {
    try (var model = model();
        var _ = TensorScope.open()) {
      for (var flip : List.of(Combination.SUM, Combination.MAX)) {
        var inference = new MultiScaleInference(List.of(1.0, 1.5), flip, Combination.SUM);
        var images = Tensor.rand(1, 3, 24, 40);
        var straight = inference.logits(model, images, 24, 40);
        var mirrored = inference.logits(model, images.flip(3), 24, 40).flip(3);
        double largest = straight.abs().amax().item();
        assertTrue(straight.sub(mirrored).abs().amax().item() <= 1e-5 * largest);
        assertTrue(straight.sub(straight.flip(3)).abs().amax().item() > 0.1 * largest);
      }
    }
  }

  /// A batch's images do not see each other; matrix products of other sizes round differently.
  @Test
  void anImageInABatchHasTheResultThatItHasAlone() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var images = Tensor.rand(3, 3, 24, 40);
      var together = MultiScaleInference.COCO.logits(model, images, 20, 30);
      var alone = MultiScaleInference.COCO.logits(model, images.slice(0, 1, 2), 20, 30);
      double error = together.slice(0, 1, 2).sub(alone).abs().amax().item();
      assertTrue(error <= 1e-5 * alone.abs().amax().item(), "error " + error);
    }
  }

  /// 4 px at scale 1 and 0.25 are less than a patch of 8 px.
  @Test
  void anImageSmallerThanAPatchIsStretchedToOne() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var inference = new MultiScaleInference(List.of(1.0, 0.25), Combination.SUM, Combination.MAX);
      var logits = inference.logits(model, Tensor.rand(1, 3, 4, 20), 4, 20);
      assertArrayEquals(new long[] {1, 4, 4, 20}, logits.shape().sizes());
    }
  }

  @Test
  void settingsThatMakeNoSenseAreNamed() {
    var none = List.<Double>of();
    assertMessage(
        "scales must be one or more in (0, 16], got []",
        () -> new MultiScaleInference(none, Combination.SUM, Combination.MAX));
    assertMessage(
        "overScales must be sum or max",
        () -> new MultiScaleInference(List.of(1.0), Combination.SUM, Combination.NONE));
  }

  private static void assertMessage(String part, Runnable call) {
    var thrown = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(thrown.getMessage().contains(part), thrown.getMessage());
  }
}
