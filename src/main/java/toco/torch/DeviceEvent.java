package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// An event on an accelerator, recorded in a [DeviceStream]: other streams can wait for it, and two
/// events measure the time between them.
public final class DeviceEvent extends NativeHandle {
  /// @param kind of the streams' device
  /// @param timing whether it records the time, for [#elapsedMs]
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU, and of kind NOT_IMPLEMENTED if no
  ///   loaded library registers a device
  /// @throws IllegalArgumentException for the CPU
  public DeviceEvent(Device.Kind kind, boolean timing) {
    super(created(kind, timing), TocoTorch::tt_event_free);
  }

  private static MemorySegment created(Device.Kind kind, boolean timing) {
    Accelerator.require(new Device(kind, -1));
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_new(kind.type, timing ? 1 : 0, scratch.out));
    return scratch.out.get(ADDRESS, 0);
  }

  /// Records the event after all work queued on the stream so far.
  public void record(DeviceStream stream) {
    var device = stream.device();
    CallScratch.check(
        TocoTorch.tt_event_record(handle(), device.type(), device.index(), stream.id()));
  }

  /// Makes work queued on the stream from now on wait for the event. Returns at once.
  public void block(DeviceStream stream) {
    var device = stream.device();
    CallScratch.check(
        TocoTorch.tt_event_block(handle(), device.type(), device.index(), stream.id()));
  }

  /// Waits until all work before the event is done.
  public void synchronize() {
    CallScratch.check(TocoTorch.tt_event_synchronize(handle()));
  }

  /// Milliseconds from this event to a later one; both need timing and must have been reached.
  public double elapsedMs(DeviceEvent later) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_elapsed_ms(handle(), later.handle(), scratch.out));
    return scratch.outDouble();
  }
}
