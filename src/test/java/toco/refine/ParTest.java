package toco.refine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Kernels;
import toco.torch.Tensor;

/// The operators for GPUs, run on the CPU and compared with the native kernel and the recorded
/// values of the published code.
class ParTest extends RefinementLaws {
  private static final long[] DILATIONS = {1, 2, 4, 8, 12, 24};
  private static final Par PUBLISHED = new Par(DILATIONS, 10);

  /// Ten times sums of 48 products in another order: about 1e-6 of the largest.
  private static final double ROUNDING = 1e-5;

  @Test
  void operatorsGiveThePublishedValues() {
    var golden = golden("par").tensors();
    var refined = PUBLISHED.byOperators(golden.get("in.images"), golden.get("in.masks"));
    assertArrayEquals(
        golden.get("out.refined").toFloatArray(), refined.toFloatArray(), 1e-4f); // as published
  }

  @Test
  void operatorsEqualTheKernel() {
    var images = patchyImages(3, 37, 53);
    var masks = Tensor.randn(3, 5, 37, 53);
    assertNear(
        Kernels.par(images, masks, DILATIONS, 10), PUBLISHED.byOperators(images, masks), ROUNDING);
  }

  /// Everywhere in such an image, dilation 24 reaches beyond both sides.
  @Test
  void operatorsEqualTheKernelWhereNeighboursAreAllBeyondTheEdge() {
    var images = Tensor.rand(2, 3, 1, 7);
    var masks = Tensor.randn(2, 1, 1, 7);
    assertNear(
        Kernels.par(images, masks, DILATIONS, 10), PUBLISHED.byOperators(images, masks), ROUNDING);
    var one = new Par(new long[] {3}, 2);
    assertNear(
        Kernels.par(images, masks, new long[] {3}, 2), one.byOperators(images, masks), ROUNDING);
  }

  /// The weights sum to 1.01, whatever the image.
  @Test
  void aFlatMaskGrowsByOnePercentPerIteration() {
    var refined = PUBLISHED.byOperators(patchyImages(1, 20, 31), Tensor.ones(1, 2, 20, 31));
    assertNear(Tensor.ones(1, 2, 20, 31).mul(Math.pow(1.01, 10)), refined, ROUNDING);
  }

  @Test
  void noIterationsLeaveTheMasksUnchanged() {
    var masks = Tensor.randn(1, 2, 9, 11);
    var refined = new Par(DILATIONS, 0).byOperators(Tensor.rand(1, 3, 9, 11), masks);
    assertArrayEquals(masks.toFloatArray(), refined.toFloatArray());
  }

  @Test
  void theResultRequiresNoGradient() {
    var masks = Tensor.rand(1, 2, 9, 11).requiresGrad_(true);
    assertFalse(PUBLISHED.byOperators(Tensor.rand(1, 3, 9, 11), masks).info().requiresGrad());
  }

  @Test
  void invalidInputsAreRefused() {
    var images = Tensor.rand(2, 3, 8, 8);
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> PUBLISHED.byOperators(images, Tensor.rand(2, 1, 8, 9))),
        "[2, 1, 8, 9]");
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> PUBLISHED.byOperators(images, Tensor.rand(2, 1, 8, 8).to(DType.FLOAT64))),
        "float64");
    assertMessage(
        assertThrows(IllegalArgumentException.class, () -> new Par(new long[] {1, 0}, 1)),
        "[1, 0]");
    assertMessage(assertThrows(IllegalArgumentException.class, () -> new Par(DILATIONS, -1)), "-1");
  }
}
