package toco.distributed;

import java.util.List;
import java.util.stream.IntStream;
import toco.torch.TcpStore;
import toco.torch.TorchException;

/// The store that all ranks of a job share: which ranks have joined, texts of rank 0, and which
/// rank failed and why.
final class JobStore implements AutoCloseable {
  static final String JOINED = "joined/";
  private static final String CLAIMED = "claimed/";
  private static final String ADDRESS = "address/";
  private static final String ENDED = "ended/";

  private final Rendezvous rendezvous;
  private final JobKeys keys;
  private final FailureReports failures;
  private String address = "";

  private JobStore(Rendezvous rendezvous, TcpStore store) {
    this.rendezvous = rendezvous;
    keys = new JobKeys(rendezvous, store);
    failures = new FailureReports(rendezvous, keys);
  }

  /// Connects to the store and waits until all ranks have.
  ///
  /// @throws DistributedException naming the ranks that did not join in time, or the setting on
  ///   which ranks disagree
  static JobStore join(Rendezvous rendezvous) {
    var store = new JobStore(rendezvous, StoreConnection.open(rendezvous));
    try {
      store.announce();
      store.awaitAllRanks();
      store.chooseAddress();
      return store;
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private void announce() {
    int rank = rendezvous.rank();
    if (keys.increment(CLAIMED + rank) > 1) {
      throw failures.report(
          "two processes joined as rank %s; give each process its own RANK".formatted(rank));
    }
    try {
      address = HostAddress.towards(rendezvous);
    } catch (DistributedException e) {
      throw failures.report("rank %s failed: %s".formatted(rank, e.getMessage()));
    }
    keys.set(ADDRESS + rank, address);
    keys.set(
        JOINED + rank,
        "WORLD_SIZE %s on %s, process %s"
            .formatted(rendezvous.size(), HostAddress.hostName(), ProcessHandle.current().pid()));
  }

  private void awaitAllRanks() {
    long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
    for (int rank = 0; rank < rendezvous.size(); rank++) {
      awaitRank(rank, deadline);
      var joined = keys.get(JOINED + rank);
      if (!joined.startsWith("WORLD_SIZE %s ".formatted(rendezvous.size()))) {
        throw failures.report(
            ("the ranks disagree on the world size: rank %s has WORLD_SIZE %s, rank %s has %s; "
                    + "start all processes with the same WORLD_SIZE")
                .formatted(rendezvous.rank(), rendezvous.size(), rank, joined));
      }
    }
  }

  private void awaitRank(int rank, long deadline) {
    while (!keys.has(JOINED + rank)) {
      failures.throwIfReported();
      if (System.nanoTime() > deadline) {
        var missing = keys.ranksWithout(JOINED);
        throw failures.reportMissing(
            missing,
            ("%s of %s did not join at %s:%s within %s s; check that WORLD_SIZE processes were "
                    + "started and that none has exited%s")
                .formatted(
                    FailureReports.names(missing),
                    rendezvous.size(),
                    rendezvous.address(),
                    rendezvous.port(),
                    rendezvous.timeout().toSeconds(),
                    HostAddress.doubt(rendezvous)));
      }
      JobKeys.pause();
    }
  }

  private void chooseAddress() {
    address = HostAddress.reachable(address, announcedAddresses());
  }

  private List<String> announcedAddresses() {
    return IntStream.range(0, rendezvous.size())
        .mapToObj(rank -> keys.get(ADDRESS + rank))
        .toList();
  }

  /// The address of this process for connections from other ranks.
  String address() {
    return address;
  }

  /// Sets a key for all ranks to read.
  void set(String key, String value) {
    keys.set(key, value);
  }

  /// Waits for a key that another rank sets.
  ///
  /// @throws DistributedException with the cause if a rank failed instead
  String await(String key) {
    var what = "waiting for '%s'".formatted(key);
    long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
    try {
      while (!keys.has(key)) {
        failures.throwIfReported();
        if (System.nanoTime() > deadline) {
          throw failures.diagnose(
              what, "not set within %s s".formatted(rendezvous.timeout().toSeconds()));
        }
        JobKeys.pause();
      }
      return keys.get(key);
    } catch (TorchException e) {
      throw diagnose(what, e);
    }
  }

  /// The underlying store, for process groups.
  TcpStore tcpStore() {
    return keys.store();
  }

  /// What all keys of the job begin with.
  String prefix() {
    return keys.prefix();
  }

  /// Finds out why a call to the other ranks failed.
  ///
  /// @param what this process was doing
  DistributedException diagnose(String what, TorchException e) {
    return failures.diagnose(what, StoreConnection.reason(e));
  }

  /// Reports a failure to the other ranks.
  ///
  /// @return an exception with the first report, this or an earlier one
  DistributedException report(String message) {
    return failures.report(message);
  }

  /// Reports to the other ranks why this process leaves.
  void reportFailure(String reason) {
    var _ = failures.report("rank %s failed: %s".formatted(rendezvous.rank(), reason));
  }

  /// Leaves. The process that serves the store waits for a while until the others have left.
  @Override
  public void close() {
    keys.callOr(
        () -> {
          keys.set(ENDED + rendezvous.rank(), "");
          long deadline = keys.graceDeadline();
          while (rendezvous.servesStore() && othersMayStillCall() && System.nanoTime() < deadline) {
            JobKeys.pause();
          }
          keys.store().close();
          return "";
        },
        "");
  }

  private boolean othersMayStillCall() {
    List<Integer> running = keys.ranksWithout(ENDED);
    running.removeAll(failures.silentRanks());
    return !running.isEmpty();
  }
}
