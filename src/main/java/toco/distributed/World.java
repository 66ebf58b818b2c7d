package toco.distributed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.ProcessGroup;
import toco.torch.ProcessGroup.Reduction;
import toco.torch.TcpStore;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// The processes of a job, seen from one of them. One process alone is a world, too, in which every
/// exchange gives back what it was given.
///
/// All processes make the same calls in the same order. A call in which another process fails, goes
/// away or stays silent ends in a [DistributedException] that names it, here as in all others.
public final class World implements AutoCloseable {
  private static final long CLOSING_MS = 2000;

  private final @Nullable Rendezvous rendezvous;
  private final @Nullable Meeting meeting;
  private @Nullable ProcessGroup group;
  private boolean abandoned;

  private World(
      @Nullable Rendezvous rendezvous, @Nullable Meeting meeting, @Nullable ProcessGroup group) {
    this.rendezvous = rendezvous;
    this.meeting = meeting;
    this.group = group;
  }

  /// This process alone.
  public static World single() {
    return new World(null, null, null);
  }

  /// The world that an environment names; this process alone if it names none.
  ///
  /// @throws DistributedException as [#join] does
  public static World of(Map<String, String> environment) {
    return Rendezvous.of(environment).map(World::join).orElseGet(World::single);
  }

  /// Meets the other processes.
  ///
  /// @throws DistributedException naming the ranks that did not come in time, or what does not fit
  public static World join(Rendezvous rendezvous) {
    if (rendezvous.size() == 1) {
      return new World(rendezvous, null, null);
    }
    TcpStore.missing()
        .ifPresent(why -> {
          throw new DistributedException(why);
        });
    var meeting = Meeting.come(rendezvous);
    try {
      var group =
          ProcessGroup.join(
              meeting.store(),
              meeting.prefix() + "cpu",
              rendezvous.rank(),
              rendezvous.size(),
              meeting.ownAddress(),
              null,
              rendezvous.timeout());
      return new World(rendezvous, meeting, group);
    } catch (TorchException e) {
      var cause = meeting.diagnosis("making connections", Meeting.firstLine(e));
      meeting.close();
      throw cause;
    }
  }

  /// Lets the processes exchange tensors of their GPUs, too.
  ///
  /// @param device this process's; nothing happens for the CPU
  public void exchangeOn(Device device) {
    if (group == null || meeting == null || rendezvous == null || device.isCpu()) {
      return;
    }
    var own = meeting;
    var with = rendezvous;
    group.close();
    group =
        exchange(
            "connecting the GPUs",
            () ->
                ProcessGroup.join(
                    own.store(),
                    own.prefix() + "gpu",
                    with.rank(),
                    with.size(),
                    own.ownAddress(),
                    device,
                    with.timeout()));
  }

  /// This process, 0…size−1.
  public int rank() {
    return rendezvous == null ? 0 : rendezvous.rank();
  }

  /// How many processes there are.
  public int size() {
    return rendezvous == null ? 1 : rendezvous.size();
  }

  /// Whether this is the process that writes files and speaks to the user.
  public boolean isFirst() {
    return rank() == 0;
  }

  /// This process among those of its host, 0…localSize−1: the number of its GPU.
  public int localRank() {
    return rendezvous == null ? 0 : rendezvous.localRank();
  }

  /// How many processes share this host.
  public int localSize() {
    return rendezvous == null ? 1 : rendezvous.localSize();
  }

  /// How often the job was started again after a failure.
  public int restarts() {
    return rendezvous == null ? 0 : rendezvous.restarts();
  }

  /// Gives every process's tensor the sum of all.
  ///
  /// @param what this is, for whoever reads of its failure
  public void sum_(Tensor tensor, String what) {
    if (group != null) {
      var processes = group;
      exchange(
          what,
          () -> {
            processes.allReduce_(tensor, Reduction.SUM);
            return tensor;
          });
    }
  }

  /// Gives every process the first one's tensors.
  public void broadcast_(List<Tensor> tensors, String what) {
    if (group != null) {
      var processes = group;
      exchange(
          what,
          () -> {
            processes.broadcast_(tensors, 0);
            return tensors;
          });
    }
  }

  /// Waits until every process has come here.
  public void barrier(String what) {
    if (group != null) {
      var processes = group;
      exchange(
          what,
          () -> {
            processes.barrier();
            return what;
          });
    }
  }

  /// What each process has to say, by rank.
  public List<String> gather(String mine, String what) {
    if (group == null) {
      return List.of(mine);
    }
    var processes = group;
    return exchange(what, () -> gathered(processes, mine.getBytes(UTF_8)));
  }

  private static List<String> gathered(ProcessGroup processes, byte[] mine) {
    try (var _ = TensorScope.open()) {
      var lengths = processes.allGather(Tensor.of(new long[] {mine.length}, 1)).toLongArray();
      int longest = 0;
      for (long length : lengths) {
        longest = Math.max(longest, Math.toIntExact(length));
      }
      var padded = Tensor.full(0, DType.UINT8, Device.CPU, Math.max(1, longest));
      padded.segment().asSlice(0, mine.length).copyFrom(MemorySegment.ofArray(mine));
      var all = processes.allGather(padded);
      var texts = new ArrayList<String>();
      for (int rank = 0; rank < lengths.length; rank++) {
        var bytes = all.select(0, rank).contiguous().segment().asSlice(0, lengths[rank]);
        texts.add(new String(bytes.toArray(JAVA_BYTE), UTF_8));
      }
      return texts;
    }
  }

  /// What the first process says, in all of them.
  ///
  /// @param name of its own for every call
  /// @param text asked for in the first process only
  public String fromFirst(String name, Supplier<String> text) {
    if (meeting == null) {
      return text.get();
    }
    if (isFirst()) {
      var said = text.get();
      meeting.put("first/" + name, said);
      return said;
    }
    return meeting.take("first/" + name);
  }

  /// Lets the first process of every host do something before the others of its host do: make files
  /// that they then find.
  public <T> T firstOfHostFirst(Supplier<T> action, String what) {
    T made = localRank() == 0 ? action.get() : null;
    barrier(what);
    return made == null ? action.get() : made;
  }

  /// Checks that tensors are the same in every process, to the bit.
  ///
  /// @throws DistributedException naming the first that is not
  public void requireSame(Map<String, Tensor> tensors, String what) {
    if (group == null) {
      return;
    }
    var processes = group;
    var names = List.copyOf(tensors.keySet());
    var values = List.copyOf(tensors.values());
    int differs = exchange(what, () -> processes.firstDifference(values));
    if (differs >= 0) {
      throw new DistributedException(
          ("the processes' weights have drifted apart: %s differs (%s); resume from the "
                  + "last checkpoint, and report this with both hosts' hardware")
              .formatted(names.get(differs), what));
    }
  }

  /// The group that exchanges tensors, if there are several processes.
  Optional<ProcessGroup> group() {
    return Optional.ofNullable(group);
  }

  /// Turns LibTorch's word that something went wrong between processes into the cause.
  <T> T exchange(String what, Supplier<T> call) {
    try {
      return call.get();
    } catch (TorchException e) {
      if (e.kind() != TorchException.Kind.DISTRIBUTED || meeting == null) {
        throw e;
      }
      throw meeting.diagnosis(what, Meeting.firstLine(e));
    }
  }

  /// Tells the other processes why this one leaves, before it is closed: they end with the same
  /// cause. The first to fail is heard.
  public void abandon(Throwable reason) {
    if (meeting == null || abandoned) {
      return;
    }
    abandoned = true;
    var message = reason.getMessage();
    meeting.abandon(reason instanceof Error || message == null ? reason.toString() : message);
  }

  /// Leaves the world.
  @Override
  public void close() {
    if (group != null) {
      closeSoon(group);
    }
    if (meeting != null) {
      meeting.close();
    }
  }

  /// A group that waits for a process which does not answer would not close before its timeout.
  private static void closeSoon(ProcessGroup group) {
    var closing = Thread.ofPlatform().daemon().name("toco-group-close").start(group::close);
    try {
      closing.join(CLOSING_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
