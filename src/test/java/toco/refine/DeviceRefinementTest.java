package toco.refine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import toco.config.CrfParams;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TestAccelerator;

/// The refinements on an accelerator: as the same operators on the CPU, and without waiting.
@OnAccelerator
class DeviceRefinementTest extends RefinementLaws {
  private static final Par PAR = new Par(new long[] {1, 2, 4, 8, 12, 24}, 10);

  private final Device device = TestAccelerator.device();

  /// Of the largest value. A GPU's products may be rounded otherwise, and a point of the lattice
  /// may come into the neighbouring simplex.
  private static double operatorsWithin(double onGpu) {
    return TestAccelerator.hasGpu() ? onGpu : 1e-5;
  }

  @Test
  void pixelAdaptiveRefinement() {
    var images = patchyImages(2, 61, 45);
    var masks = Tensor.randn(2, 3, 61, 45);
    var there = PAR.refine(images.to(device), masks.to(device));
    assertEquals(device, there.device());
    assertNear(PAR.byOperators(images, masks), there.to(Device.CPU), operatorsWithin(1e-4));
    assertNear(PAR.refine(images, masks), there.to(Device.CPU), 1e-4);
    var again = PAR.refine(images.to(device), masks.to(device));
    assertArrayEquals(there.toFloatArray(), again.toFloatArray());
  }

  @Test
  void bilateralFilter() {
    var images = patchyImages(2, 61, 45);
    var values = Tensor.rand(2, 21, 61, 45);
    var there = BilateralFilter.apply(images.to(device), values.to(device), 15, 50);
    assertEquals(device, there.device());
    assertNear(
        BilateralFilter.byOperators(images, values, 15, 50),
        there.to(Device.CPU),
        operatorsWithin(1e-3));
    assertNear(BilateralFilter.apply(images, values, 15, 50), there.to(Device.CPU), 1e-3);
    var again = BilateralFilter.apply(images.to(device), values.to(device), 15, 50);
    assertArrayEquals(there.toFloatArray(), again.toFloatArray());
  }

  @Test
  void latticesOfEveryDimension() {
    for (int dimensions = 1; dimensions <= 7; dimensions++) {
      var features = Tensor.rand(2, dimensions, 500).mul(5);
      var values = Tensor.rand(2, 500, 3);
      var there = new PermutohedralLattice(features.to(device)).filter(values.to(device));
      assertNear(
          new PermutohedralLattice(features).filter(values),
          there.to(Device.CPU),
          operatorsWithin(1e-3));
    }
  }

  @Test
  void thePublishedValues() {
    var published = golden("bilateral_filter").tensors();
    var there =
        BilateralFilter.apply(
            published.get("in.images").to(device), published.get("in.values").to(device), 15, 50);
    assertNear(published.get("out.filtered"), there.to(Device.CPU), 1e-3); // as published
    published = golden("par").tensors();
    there = PAR.refine(published.get("in.images").to(device), published.get("in.masks").to(device));
    assertNear(published.get("out.refined"), there.to(Device.CPU), 1e-4);
  }

  /// Dense CRF is the CPU's on every machine; its inputs may be anywhere.
  @Test
  void denseCrf() {
    var image = patchyImages(1, 31, 25).select(0, 0).permute(1, 2, 0).to(DType.UINT8).contiguous();
    var probabilities = Tensor.rand(3, 31, 25).softmax(0);
    var crf = new DenseCrf(CrfParams.EVALUATION);
    assertArrayEquals(
        crf.infer(image, probabilities).toFloatArray(),
        crf.infer(image.to(device), probabilities.to(device)).toFloatArray());
  }

  @Test
  void nothingWaitsForTheDevice() {
    StandIn.device(0);
    var images = patchyImages(2, 61, 45).to(device);
    var values = Tensor.rand(2, 5, 61, 45).to(device);
    StandIn.reset();
    PAR.refine(images, values).close();
    BilateralFilter.apply(images, values, 15, 50).close();
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
