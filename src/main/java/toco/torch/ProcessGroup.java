package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A c10d process group: processes that exchange tensors, by Gloo on the CPU and by NCCL on GPUs.
/// Tensors on another accelerator go through host memory, by Gloo.
///
/// Every process must make the same calls in the same order; each call waits for the other
/// processes. One thread at a time may call.
///
/// @see GradientReducer
public final class ProcessGroup extends NativeHandle {

  /// How [#allReduce_] combines the values of all processes.
  public enum Reduction {
    /// The sum.
    SUM(0),
    /// The minimum.
    MIN(1),
    /// The maximum.
    MAX(2);

    private final int code;

    Reduction(int code) {
      this.code = code;
    }
  }

  private final int rank;
  private final int size;

  private ProcessGroup(MemorySegment handle, int rank, int size) {
    super(handle, TocoTorch::tt_group_free);
    this.rank = rank;
    this.size = size;
  }

  /// Creates the group, together with the other processes that call this with the same name.
  ///
  /// @param store shared by the processes; must outlive the group
  /// @param name not used in the store before
  /// @param rank of this process, 0…size − 1
  /// @param size number of processes, the world size
  /// @param address at which the other processes reach this one
  /// @param device whose tensors are exchanged in addition to those on the CPU; the CPU: none
  /// @param timeout of every call
  /// @throws TorchException of kind DISTRIBUTED if the other processes do not join in time
  public static ProcessGroup join(
      TcpStore store,
      String name,
      int rank,
      int size,
      String address,
      Device device,
      Duration timeout) {
    try (var arena = Arena.ofConfined()) {
      var out = CallScratch.out();
      CallScratch.check(
          TocoTorch.tt_group_new(
              store.handle(),
              arena.allocateFrom(name),
              rank,
              size,
              arena.allocateFrom(address),
              device.type(),
              device.index(),
              timeout.toMillis(),
              out));
      return new ProcessGroup(out.get(ADDRESS, 0), rank, size);
    }
  }

  /// The rank of this process, 0…size − 1.
  public int rank() {
    return rank;
  }

  /// The number of processes, the world size.
  public int size() {
    return size;
  }

  /// Replaces the tensor in every process by the element-wise reduction over all processes.
  ///
  /// @param tensor contiguous; of the same shape and dtype in every process
  /// @throws TorchException of kind DISTRIBUTED if another process failed or timed out, as all
  ///   calls do
  public void allReduce_(Tensor tensor, Reduction reduction) {
    CallScratch.check(TocoTorch.tt_group_all_reduce_(handle(), tensor.handle(), reduction.code));
  }

  /// Overwrites the tensors in every process with those of the process `root`.
  public void broadcast_(List<Tensor> tensors, int root) {
    var handles = CallScratch.handles(tensors);
    CallScratch.check(TocoTorch.tt_group_broadcast_(handle(), handles, tensors.size(), root));
  }

  /// The tensors of all processes, stacked by rank: [size, …].
  public Tensor allGather(Tensor tensor) {
    return CallScratch.result(
        TocoTorch.tt_group_all_gather(handle(), tensor.handle(), CallScratch.out()));
  }

  /// Waits until every process has made this call.
  public void barrier() {
    CallScratch.check(TocoTorch.tt_group_barrier(handle()));
  }

  /// Compares tensors across the processes, by a hash of each.
  ///
  /// @return index of the first tensor that is not bit-identical in all processes; −1 if all are
  public int firstDifference(List<Tensor> tensors) {
    var scratch = CallScratch.get();
    var handles = CallScratch.handles(tensors);
    CallScratch.check(
        TocoTorch.tt_group_first_difference(handle(), handles, tensors.size(), scratch.out));
    return Math.toIntExact(scratch.outLong());
  }
}
