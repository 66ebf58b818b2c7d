package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// Averages the gradients of a network over the processes of a group, in buckets that are sent
/// while the backward pass still runs.
///
/// ```java
/// reducer.begin();
/// loss.backward();
/// reducer.finish(0);
/// optimizer.step();
/// ```
///
/// Parameters that take no part in a step are allowed, and need not be the same in every process: a
/// gradient that only some have counts as zero in the others, one that nobody has stays away. The
/// buckets are laid anew whenever this changes.
public final class GradientReducer extends NativeHandle {
  /// PyTorch's usual bucket.
  public static final long DEFAULT_BUCKET_BYTES = 25 << 20;

  private GradientReducer(MemorySegment handle) {
    super(handle, TocoTorch::tt_reducer_free);
  }

  /// @param group must outlive the reducer
  /// @param params leaves of one dtype on one device, the same in every process
  /// @param bucketBytes gradients that travel together
  /// @param overlap whether buckets are sent during the backward pass, which must then be a single
  ///   one; else all are sent after it
  public static GradientReducer of(
      ProcessGroup group, List<Tensor> params, long bucketBytes, boolean overlap) {
    var out = CallScratch.out();
    CallScratch.check(
        TocoTorch.tt_reducer_new(
            group.handle(),
            CallScratch.handles(params),
            params.size(),
            bucketBytes,
            overlap ? 1 : 0,
            out));
    return new GradientReducer(out.get(ADDRESS, 0));
  }

  /// Announces the backward pass whose gradients, with those that lie there already, are to be
  /// averaged.
  public void begin() {
    CallScratch.check(TocoTorch.tt_reducer_begin(handle()));
  }

  /// Waits until all gradients are averaged.
  ///
  /// @param vote travels along
  /// @return the sum of all processes' votes
  /// @throws TorchException of kind DISTRIBUTED if another process failed or does not answer
  public double finish(double vote) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_reducer_finish(handle(), vote, scratch.out));
    return scratch.outDouble();
  }
}
