package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import toco.torch.ffi.TocoTorch;

/// GPU memory in LibTorch's caching allocator. No method waits for the GPU.
///
/// All methods throw a [TorchException] of kind CUDA if LibTorch sees no GPU, of kind
/// NOT_IMPLEMENTED if it is older than 2.9, and an [IllegalArgumentException] for the CPU.
public final class Cuda {
  private Cuda() {}

  /// Bytes on a GPU, including the allocator's rounding.
  ///
  /// @param allocated bytes in use by tensors now
  /// @param peakAllocated maximum of `allocated` since the start or [#resetPeak]
  /// @param reserved bytes that the allocator holds from the driver, in use or cached
  /// @param peakReserved maximum of `reserved` since the start or [#resetPeak]
  public record Memory(long allocated, long peakAllocated, long reserved, long peakReserved) {}

  /// The memory statistics of a GPU.
  public static Memory memory(Device device) {
    int index = index(device);
    var out = CallScratch.get().take(4);
    CallScratch.check(TocoTorch.tt_cuda_memory(index, out));
    return new Memory(
        out.getAtIndex(JAVA_LONG, 0),
        out.getAtIndex(JAVA_LONG, 1),
        out.getAtIndex(JAVA_LONG, 2),
        out.getAtIndex(JAVA_LONG, 3));
  }

  /// Resets both peaks to the current values.
  public static void resetPeak(Device device) {
    int index = index(device);
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_cuda_reset_peak(index));
  }

  /// Returns cached memory to the driver, for other processes.
  public static void emptyCache() {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_cuda_empty_cache());
  }

  static int index(Device device) {
    if (device.isCpu()) {
      throw new IllegalArgumentException(
          "expected a GPU, which alone has a caching allocator and streams, got " + device);
    }
    return device.index();
  }
}
