package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import toco.torch.ffi.TocoTorch;

/// The devices other than the CPU: GPUs, and those that a loaded library registers. No method waits
/// for a device.
///
/// Memory is that of LibTorch's caching allocator. Its methods throw a [TorchException] of kind
/// CUDA if LibTorch sees no GPU, of kind NOT_IMPLEMENTED if no loaded library registers the device,
/// or LibTorch (before 2.9) or that library has no statistics, and an [IllegalArgumentException]
/// for the CPU.
public final class Accelerator {
  private Accelerator() {}

  /// How many devices of a kind LibTorch can use here, numbered from 0. For CUDA, 0 without a GPU,
  /// a driver or a CUDA build; for PRIVATE_USE, 0 until a library that registers one is loaded; for
  /// the CPU, 1.
  public static int count(Device.Kind kind) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_device_count(kind.type, scratch.out));
    return scratch.outInt();
  }

  /// Bytes on a device, including the allocator's rounding.
  ///
  /// @param allocated bytes in use by tensors now
  /// @param peakAllocated maximum of `allocated` since the start or [#resetPeak]
  /// @param reserved bytes that the allocator holds from the driver, in use or cached
  /// @param peakReserved maximum of `reserved` since the start or [#resetPeak]
  public record Memory(long allocated, long peakAllocated, long reserved, long peakReserved) {}

  /// The memory statistics of a device.
  public static Memory memory(Device device) {
    require(device);
    var out = CallScratch.get().take(4);
    CallScratch.check(TocoTorch.tt_device_memory(device.type(), device.index(), out));
    return new Memory(
        out.getAtIndex(JAVA_LONG, 0),
        out.getAtIndex(JAVA_LONG, 1),
        out.getAtIndex(JAVA_LONG, 2),
        out.getAtIndex(JAVA_LONG, 3));
  }

  /// Resets both peaks to the current values.
  public static void resetPeak(Device device) {
    require(device);
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_device_reset_peak(device.type(), device.index()));
  }

  /// Returns cached memory to the driver, for other processes: that of all devices of this kind.
  public static void emptyCache(Device device) {
    require(device);
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_device_empty_cache(device.type()));
  }

  /// @throws IllegalArgumentException for the CPU
  static void require(Device device) {
    if (device.isCpu()) {
      throw new IllegalArgumentException(
          "expected an accelerator, which alone has a caching allocator, streams and events, got "
              + device);
    }
  }
}
