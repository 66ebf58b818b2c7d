package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import toco.torch.ffi.TocoTorch;

/// A mark in a GPU's stream: others can wait for it, and two tell the time between them.
public final class CudaEvent extends NativeHandle {
  /// @param timing whether it notes the time, for [#elapsedMs]
  /// @throws TorchException of kind CUDA if LibTorch sees no GPU
  public CudaEvent(boolean timing) {
    super(created(timing), TocoTorch::tt_event_free);
  }

  private static MemorySegment created(boolean timing) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_new(timing ? 1 : 0, scratch.out));
    return scratch.out.get(ADDRESS, 0);
  }

  /// Marks where a stream's queue ends now.
  public void record(CudaStream stream) {
    CallScratch.check(TocoTorch.tt_event_record(handle(), stream.device().index(), stream.id()));
  }

  /// Makes a stream's coming work wait for the mark. Does not wait itself.
  public void block(CudaStream stream) {
    CallScratch.check(TocoTorch.tt_event_block(handle(), stream.device().index(), stream.id()));
  }

  /// Waits until all work in front of the mark is done.
  public void synchronize() {
    CallScratch.check(TocoTorch.tt_event_synchronize(handle()));
  }

  /// Milliseconds from this mark to a later one, both recorded with timing and reached.
  public double elapsedMs(CudaEvent later) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_event_elapsed_ms(handle(), later.handle(), scratch.out));
    return scratch.outDouble();
  }
}
