package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Processes that exchange tensors, c10d's: by Gloo those on the CPU, by NCCL those on a GPU.
///
/// Every process makes the same calls in the same order, each of which waits for the others. One
/// thread at a time may call.
///
/// @see GradientReducer
public final class ProcessGroup extends NativeHandle {

  /// How the values of several processes become one.
  public enum Reduction {
    SUM(0),
    MIN(1),
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

  /// Joins the processes that call this with the same name.
  ///
  /// @param store where they meet; it must outlive the group
  /// @param name not used in the store before
  /// @param rank this process, 0…size−1
  /// @param address of this process, by which the others reach it
  /// @param gpu whose tensors are exchanged beside those on the CPU; null for none
  /// @param timeout of every call
  /// @throws TorchException of kind DISTRIBUTED if the others do not come in time
  public static ProcessGroup join(
      TcpStore store,
      String name,
      int rank,
      int size,
      String address,
      @Nullable Device gpu,
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
              gpu == null ? -1 : Math.max(0, gpu.index()),
              timeout.toMillis(),
              out));
      return new ProcessGroup(out.get(ADDRESS, 0), rank, size);
    }
  }

  /// This process, 0…size−1.
  public int rank() {
    return rank;
  }

  /// How many there are.
  public int size() {
    return size;
  }

  /// Gives every process's tensor the sum, least or largest of all of them, element by element.
  ///
  /// @param tensor contiguous; of one shape and dtype everywhere
  /// @throws TorchException of kind DISTRIBUTED if another process failed or does not answer, as
  ///   all calls do
  public void allReduce_(Tensor tensor, Reduction reduction) {
    CallScratch.check(TocoTorch.tt_group_all_reduce_(handle(), tensor.handle(), reduction.code));
  }

  /// Gives every process the tensors of one of them.
  public void broadcast_(List<Tensor> tensors, int root) {
    var handles = CallScratch.handles(tensors);
    CallScratch.check(TocoTorch.tt_group_broadcast_(handle(), handles, tensors.size(), root));
  }

  /// All processes' tensors, by rank: [size, …].
  public Tensor allGather(Tensor tensor) {
    return CallScratch.result(
        TocoTorch.tt_group_all_gather(handle(), tensor.handle(), CallScratch.out()));
  }

  /// Waits until every process has come here.
  public void barrier() {
    CallScratch.check(TocoTorch.tt_group_barrier(handle()));
  }

  /// Compares tensors over the processes, by a hash of each.
  ///
  /// @return the first that is not the same to the bit everywhere; −1 if all are
  public int firstDifference(List<Tensor> tensors) {
    var scratch = CallScratch.get();
    var handles = CallScratch.handles(tensors);
    CallScratch.check(
        TocoTorch.tt_group_first_difference(handle(), handles, tensors.size(), scratch.out));
    return Math.toIntExact(scratch.outLong());
  }
}
