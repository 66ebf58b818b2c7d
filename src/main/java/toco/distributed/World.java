package toco.distributed;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import toco.torch.Device;
import toco.torch.TcpStore;
import toco.torch.Tensor;

/// The processes (ranks) of a job, as seen by one of them. A single process is a world of size 1,
/// in which every collective call returns its input.
///
/// All ranks make the same calls in the same order. If another rank fails, exits or stops
/// responding during a call, the call throws a [DistributedException] that names that rank, on
/// every remaining rank.
///
/// The parameter `what` of a call names the operation in error messages, for example "averaging
/// losses".
public sealed interface World extends AutoCloseable permits SingleProcess, JoinedWorld {
  /// A world of this process only.
  static World single() {
    return SingleProcess.ALONE;
  }

  /// The world described by environment variables, see [Rendezvous]; this process only if they
  /// describe no job.
  ///
  /// @throws DistributedException as [#join] does
  static World of(Map<String, String> environment) {
    return Rendezvous.of(environment).map(World::join).orElseGet(World::single);
  }

  /// Joins the other ranks and waits until all have joined.
  ///
  /// @throws DistributedException naming the ranks that did not join in time, or the setting on
  ///   which ranks disagree
  static World join(Rendezvous rendezvous) {
    if (rendezvous.size() == 1) {
      return new SingleProcess(
          rendezvous.localRank(), rendezvous.localSize(), rendezvous.restarts());
    }
    TcpStore.missing()
        .ifPresent(why -> {
          throw new DistributedException(why);
        });
    return JoinedWorld.join(rendezvous);
  }

  /// The rank of this process, 0…size−1.
  int rank();

  /// The number of processes (world size).
  int size();

  /// Whether this is rank 0, the process that writes files and reports to the user.
  default boolean isRank0() {
    return rank() == 0;
  }

  /// The rank among the processes of this host, 0…localSize−1: the index of this process's GPU.
  int localRank();

  /// The number of processes on this host.
  int localSize();

  /// How many times the job was restarted after a failure.
  int restarts();

  /// Makes collective calls accept tensors of this process's GPU, or other accelerator, besides
  /// tensors of the CPU.
  ///
  /// @param device nothing happens for the CPU
  void useDevice(Device device);

  /// Replaces every rank's tensor by the sum over all ranks.
  void allReduce_(Tensor tensor, String what);

  /// Replaces every rank's tensors by those of rank 0.
  void broadcast_(List<Tensor> tensors, String what);

  /// Waits until every rank has called this.
  void barrier(String what);

  /// Collects one text from each rank.
  ///
  /// @return the texts of all ranks, by rank
  List<String> allGather(String mine, String what);

  /// Sends a text from rank 0 to all ranks.
  ///
  /// @param key names the text; a different one for every call
  /// @param text evaluated on rank 0 only
  /// @return the text of rank 0
  String broadcastString(String key, Supplier<String> text);

  /// Runs an action on the process with local rank 0 of every host first, then on the other
  /// processes of that host: for example, the first creates files that the others then open.
  <T> T localRank0First(Supplier<T> action, String what);

  /// Checks that tensors are bit-identical on all ranks.
  ///
  /// @param tensors by name, with the same names in the same order on every rank
  /// @throws DistributedException naming the first tensor that differs
  void requireEqualAcrossRanks(Map<String, Tensor> tensors, String what);

  /// Reports to the other ranks why this process is about to leave, so that they end with the same
  /// cause. To be called before [#close]; if several ranks report, the first report counts.
  void reportFailure(Throwable cause);

  /// Leaves the world.
  @Override
  void close();
}
