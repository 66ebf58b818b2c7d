package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import toco.torch.Accelerator;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;
import toco.torch.Functional;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorList;
import toco.torch.TorchException;

/// The same laws on a GPU; without a GPU, only that CUDA is refused.
class CudaTest extends TensorLaws {
  private static void needCuda() {
    assumeTrue(Accelerator.count(Device.Kind.CUDA) > 0, "no CUDA device");
  }

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

  /// Freeing does not lower the peak.
  @Test
  void thePeakCountsTensorsAndStaysAfterTheyAreFreed() {
    needCuda();
    long bytes = 64L << 20;
    Tensor.zeros(bytes / Float.BYTES).to(Device.CUDA).close();
    long peak = Accelerator.memory(Device.CUDA).peakAllocated();
    assertTrue(peak >= bytes, "peak: " + peak);
    Tensor.zeros(1).to(Device.CUDA).close();
    assertEquals(peak, Accelerator.memory(Device.CUDA).peakAllocated());
    assertEquals(peak, Accelerator.memory(Device.cuda(-1)).peakAllocated()); // the current one
  }

  @Test
  void tensorsCopyToTheGpuAndBack() {
    needCuda();
    var x = Tensor.randn(3, 4);
    var there = x.to(Device.CUDA);
    assertEquals(Device.cuda(0), there.device());
    assertArrayEquals(x.toFloatArray(), there.toFloatArray());
    assertThrows(IllegalStateException.class, there::segment);
  }

  @Test
  void pinnedMemoryCopiesWithoutBlocking() {
    needCuda();
    var pinned = Tensor.emptyPinned(DType.FLOAT32, 1000).fill_(2);
    var there = pinned.to(Device.CUDA, true);
    LibTorch.synchronize(Device.CUDA);
    assertEquals(2000, there.sum().item());
  }

  @Test
  void productsAgreeWithTheCpus() {
    needCuda();
    LibTorch.setTf32(false);
    Rng.manualSeed(1);
    var a = Tensor.randn(64, 32);
    var b = Tensor.randn(48, 32);
    var expected = Functional.linear(a, b, null).toFloatArray();
    var got = Functional.linear(a.to(Device.CUDA), b.to(Device.CUDA), null).toFloatArray();
    assertArrayEquals(expected, got, 1e-4f); // sums of 32 products, in another order
  }

  @Test
  void gradientsAndOptimizerStepsRunOnTheGpu() {
    needCuda();
    var x = floats(1, 2).to(Device.CUDA).requiresGrad_(true);
    x.square().sum().backward();
    assertElements(x.grad(), 2, 4);
    var zeros = new TensorList(List.of(Tensor.zeros(2).to(Device.CUDA)));
    var groups = List.of(new TensorList.Group(1, 0.5));
    new TensorList(List.of(x)).sgdStep(zeros, groups, 1, 0.9, 0, false);
    assertElements(x.detach(), 0, 0);
  }

  @Test
  void autocastAppliesToProductsOnTheGpu() {
    needCuda();
    var a = Tensor.ones(8, 8).to(Device.CUDA);
    try (var _ = Autocast.on(Device.CUDA, DType.BFLOAT16)) {
      assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
    }
    assertEquals(DType.FLOAT32, a.matmul(a).dtype());
  }

  @Test
  void randomStateRoundTripsOnTheGpu() {
    needCuda();
    Rng.manualSeed(3);
    var state = Rng.state(Device.CUDA);
    var first = Tensor.zeros(32).to(Device.CUDA).normal_(0, 1).toFloatArray();
    Rng.setState(Device.CUDA, state);
    assertArrayEquals(first, Tensor.zeros(32).to(Device.CUDA).normal_(0, 1).toFloatArray());
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

  /// The second stream waits for the event, so it reads what the first has written.
  @Test
  void anEventOrdersTwoStreams() {
    needCuda();
    var first = DeviceStream.create(Device.CUDA, false);
    var second = DeviceStream.create(Device.CUDA, true);
    try (var start = new DeviceEvent(Device.Kind.CUDA, true);
        var done = new DeviceEvent(Device.Kind.CUDA, true)) {
      Tensor x;
      try (var _ = first.use()) {
        assertEquals(first, DeviceStream.current(Device.CUDA));
        start.record(first);
        x = Tensor.ones(1 << 20).to(Device.CUDA);
        for (int i = 0; i < 100; i++) {
          x.mul_(-1);
        }
        done.record(first);
      }
      done.block(second);
      try (var _ = second.use()) {
        assertEquals(1 << 20, x.sum().item());
      }
      done.synchronize();
      second.synchronize();
      assertTrue(start.elapsedMs(done) > 0);
    }
  }
}
