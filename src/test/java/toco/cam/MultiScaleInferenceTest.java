package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.config.Combination;
import toco.config.Protocol;
import toco.model.Toco;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The golden case `eval_multi_scale` checks the published values; these are the laws around them,
/// on a small network with random weights.
class MultiScaleInferenceTest {
  private long liveBefore;

  @BeforeEach
  void countTensors() {
    LibTorch.load();
    liveBefore = LibTorch.liveTensors();
  }

  @AfterEach
  void everyTensorIsFreed() {
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
  }

  private static Toco model() {
    return SmallNetwork.create(3);
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
      var single = new MultiScaleInference(List.of(1.0), Combination.NONE, Combination.MAX);
      var logits = single.logits(model, images, 21, 39);
      assertArrayEquals(plain.toFloatArray(), logits.toFloatArray());
    }
  }

  /// The mirror image of an image has the mirrored result, because sum and maximum do not depend on
  /// the order of the pair. Equal up to the rounding of the interpolations.
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

  /// The images of a batch are independent; matrix products of other sizes round differently.
  @Test
  void anImageInABatchHasTheResultOfTheImageAlone() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var images = Tensor.rand(3, 3, 24, 40);
      var coco = MultiScaleInference.of(Protocol.of(Protocol.Name.COCO, SmallNetwork.CONFIG));
      var together = coco.logits(model, images, 20, 30);
      var alone = coco.logits(model, images.slice(0, 1, 2), 20, 30);
      double error = together.slice(0, 1, 2).sub(alone).abs().amax().item();
      assertTrue(error <= 1e-5 * alone.abs().amax().item(), "error " + error);
    }
  }

  /// A height of 4 px is less than a patch of 8 px, at scale 1 and at 0.25.
  @Test
  void anImageSmallerThanAPatchIsEnlargedToOne() {
    try (var model = model();
        var _ = TensorScope.open()) {
      var inference = new MultiScaleInference(List.of(1.0, 0.25), Combination.SUM, Combination.MAX);
      var logits = inference.logits(model, Tensor.rand(1, 3, 4, 20), 4, 20);
      assertArrayEquals(new long[] {1, 4, 4, 20}, logits.shape().sizes());
    }
  }

  @Test
  void invalidSettingsAreNamed() {
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
