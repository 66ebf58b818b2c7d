package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.MemorySegment;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// Averages gradients over the processes of a group, as PyTorch's DistributedDataParallel: in
/// buckets, which are all-reduced while the backward pass is still running.
///
/// ```java
/// reducer.begin();
/// loss.backward();
/// reducer.finish(0);
/// optimizer.step();
/// ```
///
/// Parameters may be unused in a step, and different ones in different processes: a gradient that
/// is missing in some processes counts as zero there, one that is missing in all stays missing. The
/// buckets are rebuilt whenever the set of used parameters changes.
public final class GradientReducer extends NativeHandle {
  /// PyTorch's default bucket size.
  public static final long DEFAULT_BUCKET_BYTES = 25 << 20;

  private GradientReducer(MemorySegment handle) {
    super(handle, TocoTorch::tt_reducer_free);
  }

  /// @param group must outlive the reducer
  /// @param params leaves of one dtype on one device, the same in every process
  /// @param bucketBytes size of a bucket, whose gradients are all-reduced together
  /// @param overlap whether buckets are all-reduced during the backward pass, of which there may be
  ///   only one per step; else all are reduced after it
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

  /// Call before the backward pass whose gradients are to be averaged. Gradients accumulated
  /// earlier are averaged with them.
  public void begin() {
    CallScratch.check(TocoTorch.tt_reducer_begin(handle()));
  }

  /// Waits until all gradients are averaged.
  ///
  /// @param vote a number to sum over the processes in the same exchange
  /// @return the sum of all processes' votes
  /// @throws TorchException of kind DISTRIBUTED if another process failed or timed out
  public double finish(double vote) {
    var scratch = CallScratch.get();
    CallScratch.check(TocoTorch.tt_reducer_finish(handle(), vote, scratch.out));
    return scratch.outDouble();
  }
}
