package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// A CUDA event, recorded in a [CudaStream]: other streams can wait for it, and two events measure
/// the time between them.
public final class CudaEvent extends NativeHandle {
  /// @param timing whether it records the time, for [#elapsedMs]
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public CudaEvent(boolean timing) {
    super(created(timing), TocoTorch::tt_event_free);
  }

  private static MemorySegment created(boolean timing) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_new(timing ? 1 : 0, scratch.out));
    return scratch.out.get(ADDRESS, 0);
  }

  /// Records the event after all work queued on the stream so far.
  public void record(CudaStream stream) {
    CallScratch.check(TocoTorch.tt_event_record(handle(), stream.device().index(), stream.id()));
  }

  /// Makes work queued on the stream from now on wait for the event. Returns at once.
  public void block(CudaStream stream) {
    CallScratch.check(TocoTorch.tt_event_block(handle(), stream.device().index(), stream.id()));
  }

  /// Waits until all work before the event is done.
  public void synchronize() {
    CallScratch.check(TocoTorch.tt_event_synchronize(handle()));
  }

  /// Milliseconds from this event to a later one; both need timing and must have been reached.
  public double elapsedMs(CudaEvent later) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_elapsed_ms(handle(), later.handle(), scratch.out));
    return scratch.outDouble();
  }
}
