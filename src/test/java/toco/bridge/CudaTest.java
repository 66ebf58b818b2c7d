package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import toco.torch.Accelerator;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// That CUDA is refused where there is no GPU, and what only accelerators have on the CPU.
class CudaTest extends TensorLaws {
  @Test
  void withoutAGpuCudaIsRefused() {
    assumeTrue(Accelerator.count(Device.Kind.CUDA) == 0, "there is a CUDA device");
    assertTorchException(
        TorchException.Kind.CUDA, "no CUDA device", () -> Tensor.ones(2).to(Device.CUDA));
    assertThrows(TorchException.class, () -> Tensor.emptyPinned(DType.FLOAT32, 2));
    assertTorchException(
        TorchException.Kind.CUDA,
        "no CUDA device",
        () -> Accelerator.memory(Device.CUDA).peakAllocated());
  }

  @Test
  void theCpuHasNeitherPeakNorStreamsNorEvents() {
    for (Executable call :
        List.<Executable>of(
            () -> Accelerator.memory(Device.CPU),
            () -> Accelerator.resetPeak(Device.CPU),
            () -> Accelerator.emptyCache(Device.CPU),
            () -> DeviceStream.current(Device.CPU),
            () -> DeviceStream.create(Device.CPU, true),
            () -> new DeviceEvent(Device.Kind.CPU, false))) {
      var refused = assertThrows(IllegalArgumentException.class, call);
      assertTrue(refused.getMessage().startsWith("expected an accelerator"), refused.toString());
    }
  }

  @Test
  void streamsEventsAndMemoryNeedAGpu() {
    if (Accelerator.count(Device.Kind.CUDA) == 0) {
      assertTorchException(
          TorchException.Kind.CUDA, "no CUDA device", () -> DeviceStream.current(Device.CUDA));
      assertTorchException(
          TorchException.Kind.CUDA,
          "no CUDA device",
          () -> new DeviceEvent(Device.Kind.CUDA, true));
      assertTorchException(
          TorchException.Kind.CUDA, "no CUDA device", () -> Accelerator.emptyCache(Device.CUDA));
      assertTorchException(
          TorchException.Kind.CUDA, "no CUDA device", () -> Accelerator.resetPeak(Device.CUDA));
    }
  }
}
