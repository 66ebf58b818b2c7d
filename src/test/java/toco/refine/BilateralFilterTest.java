package toco.refine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.PixelStatistics;
import toco.image.Normalization;
import toco.torch.Interpolation;
import toco.torch.Kernels;
import toco.torch.LibTorch;
import toco.torch.Tensor;

/// The operators for GPUs, run on the CPU and compared with the native kernel and the recorded
/// values of the published code.
class BilateralFilterTest extends RefinementLaws {
  /// The same sums in another order: about 1e-6 of the largest. Not tighter, because rounding may
  /// move a point into the neighbouring simplex.
  private static final double ROUNDING = 1e-4;

  @Test
  void operatorsGiveThePublishedValues() {
    var golden = golden("bilateral_filter").tensors();
    var filtered =
        BilateralFilter.byOperators(golden.get("in.images"), golden.get("in.values"), 15, 50);
    assertNear(golden.get("out.filtered"), filtered, 1e-3); // as published
  }

  /// The inputs of the dense energy: denormalised images, not whole levels, and probabilities.
  @Test
  void operatorsEqualTheKernelOnTheEnergysInputs() {
    var golden = golden("energy_loss").tensors();
    var levels =
        Normalization.of(PixelStatistics.IMAGENET)
            .denormalize(golden.get("in.images"))
            .interpolate(32, 32, Interpolation.NEAREST);
    var probabilities =
        golden.get("in.logits").softmax(1).interpolate(32, 32, Interpolation.BILINEAR);
    assertNear(
        Kernels.bilateralFilter(levels, probabilities, 15, 50),
        BilateralFilter.byOperators(levels, probabilities, 15, 50),
        ROUNDING);
  }

  @ParameterizedTest
  @CsvSource({"15, 50", "5, 121", "30, 4", "1, 2", "0.3, 1000", "1000, 1000"})
  void operatorsEqualTheKernel(double sigmaRgb, double sigmaXy) {
    var images = patchyImages(3, 37, 53);
    var values = Tensor.randn(3, 5, 37, 53);
    for (var image : new Tensor[] {images, images.round()}) {
      assertNear(
          Kernels.bilateralFilter(image, values, sigmaRgb, sigmaXy),
          BilateralFilter.byOperators(image, values, sigmaRgb, sigmaXy),
          ROUNDING);
    }
  }

  /// A single pixel at a vertex keeps its value times 1 + 1/64 (from the blur around its simplex),
  /// divided by 1 + 2/64, the share of a vertex among others.
  @Test
  void aBlackPixelAloneKeepsItsValue() {
    var black = Tensor.zeros(1, 3, 1, 1);
    var filtered = BilateralFilter.byOperators(black, Tensor.ones(1, 2, 1, 1), 15, 50);
    float kept = (1 + 1 / 64f) / (1 + 2 / 64f);
    assertArrayEquals(new float[] {kept, kept}, filtered.toFloatArray(), 1e-6f);
  }

  /// The lattice is known to underestimate the Gaussian by a factor that hardly depends on
  /// position.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theLatticeApproximatesTheGaussian(int dimensions) {
    var features = Tensor.rand(dimensions, 2000).mul(5);
    var values = Tensor.rand(2000, 2);
    var distance = features.unsqueeze(2).sub(features.unsqueeze(1)).square().sum(0);
    var gaussian = distance.mul(-0.5).exp().matmul(values);
    var ratio =
        new PermutohedralLattice(features.unsqueeze(0))
            .filter(values.unsqueeze(0))
            .select(0, 0)
            .div(gaussian);
    assertTrue(ratio.amin().item() > 0.65 && ratio.amax().item() < 0.95, ratio.toString());
  }

  @Test
  void theNumberOfThreadsMakesNoDifference() {
    var images = patchyImages(1, 40, 40);
    var values = Tensor.randn(1, 3, 40, 40);
    int threads = LibTorch.numThreads();
    LibTorch.setNumThreads(2);
    var two = BilateralFilter.byOperators(images, values, 15, 50).toFloatArray();
    LibTorch.setNumThreads(1);
    var one = BilateralFilter.byOperators(images, values, 15, 50).toFloatArray();
    LibTorch.setNumThreads(threads);
    assertArrayEquals(one, two);
  }

  /// The host cannot check the values without waiting for the device, so a bad image gives NaN.
  @Test
  void anImageThatTheLatticeCannotHoldGivesNotANumber() {
    var values = Tensor.rand(3, 2, 6, 6);
    var images = Tensor.rand(3, 3, 6, 6).mul(255);
    var expected = BilateralFilter.byOperators(images, values, 15, 50);
    images.select(0, 0).select(0, 1).select(0, 2).slice(0, 3, 4).fill_(Double.NaN);
    images.select(0, 2).select(0, 0).select(0, 5).slice(0, 0, 1).fill_(1e9);
    var filtered = BilateralFilter.byOperators(images, values, 15, 50);
    assertTrue(filtered.select(0, 0).isnan().all().item() != 0);
    assertTrue(filtered.select(0, 2).isnan().all().item() != 0);
    assertArrayEquals(expected.select(0, 1).toFloatArray(), filtered.select(0, 1).toFloatArray());
  }

  @Test
  void theResultRequiresNoGradient() {
    var values = Tensor.rand(1, 2, 6, 6).requiresGrad_(true);
    var filtered = BilateralFilter.byOperators(Tensor.rand(1, 3, 6, 6), values, 15, 50);
    assertFalse(filtered.info().requiresGrad());
  }

  @Test
  void invalidInputsAreRefused() {
    var images = Tensor.rand(1, 3, 6, 6);
    var values = Tensor.rand(1, 2, 6, 6);
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> BilateralFilter.byOperators(values, values, 15, 50)),
        "[B, 3, H, W]");
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> BilateralFilter.byOperators(images, values, 0.01, 50)),
        "too small for an image of 6×6 px");
    assertMessage(
        assertThrows(
            IllegalArgumentException.class,
            () -> BilateralFilter.byOperators(images, values, 15, Double.NaN)),
        "NaN");
  }
}
