package toco.torch;

import toco.torch.ffi.TocoTorch;

/// A queue of work on an accelerator, such as a CUDA stream. Work on one stream runs in order; work
/// on two streams may overlap, unless one waits for a [DeviceEvent] of the other.
///
/// ```java
/// var copies = DeviceStream.create(Device.CUDA, false);
/// try (var _ = copies.use()) {
///   batch = host.to(Device.CUDA);          // queued on this stream
/// }
/// ```
///
/// @param device not the CPU
/// @param id LibTorch's stream number
public record DeviceStream(Device device, long id) {
  /// A stream from LibTorch's pool, which is never freed; after 32, the pool's streams are reused.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU, and of kind NOT_IMPLEMENTED if no
  ///   loaded library registers the device
  /// @throws IllegalArgumentException for the CPU
  public static DeviceStream create(Device device, boolean highPriority) {
    Accelerator.require(device);
    var scratch = CallScratch.get();
    CallScratch.check(
        TocoTorch.tt_stream_new(device.type(), device.index(), highPriority ? 1 : 0, scratch.out));
    return new DeviceStream(device, scratch.outLong());
  }

  /// The calling thread's current stream.
  ///
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU, and of kind NOT_IMPLEMENTED if no
  ///   loaded library registers the device
  /// @throws IllegalArgumentException for the CPU
  public static DeviceStream current(Device device) {
    Accelerator.require(device);
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_stream_current(device.type(), device.index(), scratch.out));
    return new DeviceStream(device, scratch.outLong());
  }

  /// Makes this the calling thread's current stream, until closed on the same thread.
  public Use use() {
    var previous = current(device);
    CallScratch.check(TocoTorch.tt_stream_use(device.type(), device.index(), id));
    return new Use(previous);
  }

  /// Restores the previous stream when closed.
  public static final class Use implements AutoCloseable {
    private final DeviceStream previous;

    private Use(DeviceStream previous) {
      this.previous = previous;
    }

    @Override
    public void close() {
      CallScratch.check(
          TocoTorch.tt_stream_use(previous.device.type(), previous.device.index(), previous.id));
    }
  }

  /// Waits until all work queued on this stream is done.
  public void synchronize() {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_stream_synchronize(device.type(), device.index(), id));
  }
}
