package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Generator;
import toco.torch.ImageKernels;
import toco.torch.Interpolation;
import toco.torch.Kernels;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TestAccelerator;
import toco.torch.TorchException;

/// What reads memory itself refuses that of a device, and names it. On the stand-in, a read would
/// end the process.
@OnAccelerator
class DeviceRefusalsTest extends TensorLaws {
  private final Device device = TestAccelerator.device();

  private void assertRefuse(List<Executable> calls) {
    for (var call : calls) {
      var e = assertThrows(TorchException.class, call);
      assertTrue(
          e.getMessage().contains("on the CPU, got") && e.getMessage().contains("on " + device),
          e.getMessage());
    }
  }

  @Test
  void kernelsOfImages() {
    var onCpu = Tensor.zeros(6, 5, 3).to(DType.UINT8);
    var image = onCpu.to(device);
    long[] whole = {0, 0, 6, 5};
    long[] size = {6, 5};
    long[] corner = {0, 0};
    float[] ones = {1, 1, 1};
    var mode = Interpolation.BICUBIC_ANTIALIAS;
    assertRefuse(
        List.of(
            () -> ImageKernels.brightness_(image, 1),
            () -> ImageKernels.contrast_(image, 1),
            () -> ImageKernels.saturation_(image, 1),
            () -> ImageKernels.hue_(image, 0),
            () -> ImageKernels.grayscale_(image),
            () -> ImageKernels.solarize_(image, 1),
            () -> ImageKernels.gaussianBlur_(image, 1),
            () -> ImageKernels.flip_(image),
            () -> ImageKernels.resample(image, whole, size, corner, mode, onCpu),
            () -> ImageKernels.resample(onCpu, whole, size, corner, mode, image),
            () -> ImageKernels.normalize(image, ones, ones, Tensor.zeros(3, 6, 5)),
            () -> ImageKernels.normalize(onCpu, ones, ones, Tensor.zeros(3, 6, 5).to(device))));
  }

  @Test
  void kernelsOfRefinement() {
    var images = Tensor.rand(1, 3, 6, 5);
    var maps = Tensor.rand(1, 2, 6, 5);
    var image = Tensor.zeros(6, 5, 3).to(DType.UINT8);
    long[] dilations = {1};
    assertRefuse(
        List.of(
            () -> Kernels.par(images.to(device), maps, dilations, 1),
            () -> Kernels.par(images, maps.to(device), dilations, 1),
            () -> Kernels.bilateralFilter(images.to(device), maps, 15, 50),
            () -> Kernels.bilateralFilter(images, maps.to(device), 15, 50),
            () -> Kernels.denseCrf(image.to(device), maps.select(0, 0), 1, 1, 1, 1, 1, 1, 1),
            () -> Kernels.denseCrf(image, maps.select(0, 0).to(device), 1, 1, 1, 1, 1, 1, 1),
            () -> Kernels.denseCrfVertices(image.to(device), 1, 1)));
  }

  @Test
  void theHostsViewOfATensor() {
    var there = Tensor.ones(3).to(device);
    var e = assertThrows(IllegalStateException.class, there::segment);
    assertTrue(e.getMessage().contains(device.toString()), e.getMessage());
  }

  @Test
  void statesOfRandomNumbers() {
    var state = Rng.state(Device.CPU).to(device);
    assertThrows(TorchException.class, () -> Rng.setState(Device.CPU, state));
    assertThrows(TorchException.class, () -> Rng.setState(device, Rng.state(device).to(device)));
    try (var generator = Generator.seeded(device, 1)) {
      assertThrows(TorchException.class, () -> generator.setState(state));
    }
  }
}
