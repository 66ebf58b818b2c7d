package toco.distributed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradientReducer;
import toco.torch.ProcessGroup;
import toco.torch.ProcessGroup.Reduction;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// A world of several processes: tensors go through a c10d process group, texts and failure reports
/// through the job's store.
final class JoinedWorld implements World {
  private static final long CLOSING_MS = 2000;

  private final Rendezvous rendezvous;
  private final JobStore store;
  private ProcessGroup group;
  private boolean failureReported;

  private JoinedWorld(Rendezvous rendezvous, JobStore store, ProcessGroup group) {
    this.rendezvous = rendezvous;
    this.store = store;
    this.group = group;
  }

  static JoinedWorld join(Rendezvous rendezvous) {
    var store = JobStore.join(rendezvous);
    try {
      AddressCheck.run(rendezvous, store);
      return new JoinedWorld(rendezvous, store, newGroup(rendezvous, store, "cpu", Device.CPU));
    } catch (TorchException e) {
      var cause = store.diagnose("connecting the ranks", e);
      store.close();
      throw cause;
    } catch (DistributedException e) {
      store.close();
      throw e;
    }
  }

  private static ProcessGroup newGroup(
      Rendezvous rendezvous, JobStore store, String name, Device device) {
    return ProcessGroup.join(
        store.tcpStore(),
        store.prefix() + name,
        rendezvous.rank(),
        rendezvous.size(),
        store.address(),
        device,
        rendezvous.timeout());
  }

  @Override
  public int rank() {
    return rendezvous.rank();
  }

  @Override
  public int size() {
    return rendezvous.size();
  }

  @Override
  public int localRank() {
    return rendezvous.localRank();
  }

  @Override
  public int localSize() {
    return rendezvous.localSize();
  }

  @Override
  public int restarts() {
    return rendezvous.restarts();
  }

  @Override
  public void useDevice(Device device) {
    if (device.isCpu()) {
      return;
    }
    var first = group; // another rank may still be connecting it until the second is connected
    group =
        communicate(
            "connecting the devices", () -> newGroup(rendezvous, store, "accelerator", device));
    first.close();
  }

  @Override
  public void allReduce_(Tensor tensor, String what) {
    run(what, () -> group.allReduce_(tensor, Reduction.SUM));
  }

  @Override
  public void broadcast_(List<Tensor> tensors, String what) {
    run(what, () -> group.broadcast_(tensors, 0));
  }

  @Override
  public void barrier(String what) {
    run(what, group::barrier);
  }

  @Override
  public List<String> allGather(String mine, String what) {
    return communicate(what, () -> allGather(mine.getBytes(UTF_8)));
  }

  /// All-gathers the lengths, then the bytes, padded to the longest.
  private List<String> allGather(byte[] mine) {
    try (var _ = TensorScope.open()) {
      var lengths = group.allGather(Tensor.of(new long[] {mine.length}, 1)).toLongArray();
      int longest = 0;
      for (long length : lengths) {
        longest = Math.max(longest, Math.toIntExact(length));
      }
      var padded = Tensor.full(0, DType.UINT8, Device.CPU, Math.max(1, longest));
      padded.segment().asSlice(0, mine.length).copyFrom(MemorySegment.ofArray(mine));
      var all = group.allGather(padded); // [size, longest]
      var texts = new ArrayList<String>();
      for (int rank = 0; rank < lengths.length; rank++) {
        var bytes = all.select(0, rank).contiguous().segment().asSlice(0, lengths[rank]);
        texts.add(new String(bytes.toArray(JAVA_BYTE), UTF_8));
      }
      return texts;
    }
  }

  @Override
  public String broadcastString(String key, Supplier<String> text) {
    var inStore = "broadcast/" + key;
    if (!isRank0()) {
      return store.await(inStore);
    }
    var value = text.get();
    store.set(inStore, value);
    return value;
  }

  @Override
  public <T> T localRank0First(Supplier<T> action, String what) {
    T result = localRank() == 0 ? action.get() : null;
    barrier(what);
    return result == null ? action.get() : result;
  }

  @Override
  public void requireEqualAcrossRanks(Map<String, Tensor> tensors, String what) {
    var names = List.copyOf(tensors.keySet());
    var values = List.copyOf(tensors.values());
    int differs = communicate(what, () -> group.firstDifference(values));
    if (differs >= 0) {
      throw new DistributedException(
          ("the weights have diverged: %s differs between ranks (%s); resume from the last "
                  + "checkpoint, and report this with the hardware of all hosts")
              .formatted(names.get(differs), what));
    }
  }

  /// Averages the gradients of these parameters over the ranks, see [GradientReducer#of].
  GradientReducer gradientReducer(List<Tensor> params, long bucketBytes, boolean overlap) {
    return GradientReducer.of(group, params, bucketBytes, overlap);
  }

  private void run(String what, Runnable call) {
    communicate(
        what,
        () -> {
          call.run();
          return what;
        });
  }

  /// Makes a call that needs the other ranks; if LibTorch reports a communication error, finds out
  /// the cause.
  ///
  /// @throws DistributedException naming the rank that failed or does not respond
  <T> T communicate(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (TorchException e) {
      if (e.kind() != TorchException.Kind.DISTRIBUTED) {
        throw e;
      }
      throw store.diagnose(what, e);
    }
  }

  @Override
  public void reportFailure(Throwable cause) {
    if (failureReported) {
      return;
    }
    failureReported = true;
    var message = cause.getMessage();
    store.reportFailure(cause instanceof Error || message == null ? cause.toString() : message);
  }

  @Override
  public void close() {
    closeSoon(group);
    store.close();
  }

  /// A group that waits for a rank which does not respond would not close before its timeout.
  private static void closeSoon(ProcessGroup group) {
    var closing = Thread.ofPlatform().daemon().name("toco-group-close").start(group::close);
    try {
      closing.join(CLOSING_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
