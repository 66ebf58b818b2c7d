package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import toco.torch.ffi.TocoTorch;

/// Memory of GPUs, as LibTorch's caching allocator keeps it. Nothing here waits for a GPU.
///
/// All methods throw a [TorchException] of kind CUDA where LibTorch sees no GPU, and an
/// [IllegalArgumentException] for a CPU.
public final class Cuda {
  private Cuda() {}

  /// Bytes on a GPU, the allocator's rounding included.
  ///
  /// @param allocated that tensors take now
  /// @param peakAllocated the most that they have taken, since the start or [#resetPeak]
  /// @param reserved what the allocator holds of the driver's, for tensors to come
  /// @param peakReserved the most that it has held
  public record Memory(long allocated, long peakAllocated, long reserved, long peakReserved) {}

  /// What a GPU's memory is used for.
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

  /// Starts both peaks anew at what is taken now.
  public static void resetPeak(Device device) {
    int index = index(device);
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_cuda_reset_peak(index));
  }

  /// Gives memory that no tensor takes back to the driver, for other processes.
  public static void emptyCache() {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_cuda_empty_cache());
  }

  static int index(Device device) {
    if (device.isCpu()) {
      throw new IllegalArgumentException("only a GPU has an allocator and streams, got " + device);
    }
    return device.index();
  }
}
