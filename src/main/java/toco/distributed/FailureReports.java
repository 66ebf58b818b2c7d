package toco.distributed;

import java.util.List;

/// Which rank of a job failed first, and why: each rank that fails or notices a failure reports it
/// in the job's store, where the others read it.
final class FailureReports {
  private static final String COUNT = "failures";
  private static final String FIRST = "failure";
  private static final String NOTICED = "noticed/";

  private final Rendezvous rendezvous;
  private final JobKeys keys;
  private volatile List<Integer> silentRanks = List.of();

  FailureReports(Rendezvous rendezvous, JobKeys keys) {
    this.rendezvous = rendezvous;
    this.keys = keys;
  }

  /// The ranks that did not respond when a failure was examined.
  List<Integer> silentRanks() {
    return silentRanks;
  }

  /// @throws DistributedException with the cause, if a failure has been reported
  void throwIfReported() {
    if (keys.has(FIRST)) {
      throw new DistributedException(keys.get(FIRST));
    }
  }

  /// Reports a failure.
  ///
  /// @return an exception with the first report, this or an earlier one
  DistributedException report(String message) {
    return new DistributedException(
        keys.callOr(() -> publish(message), message + " (the job's store does not respond)"));
  }

  /// Reports that ranks did not join.
  DistributedException reportMissing(List<Integer> ranks, String message) {
    silentRanks = List.copyOf(ranks); // on leaving, nobody needs to wait for them
    return report(message);
  }

  private String publish(String message) {
    if (keys.increment(COUNT) == 1) {
      keys.set(FIRST, message);
      return message;
    }
    return keys.get(FIRST);
  }

  /// Finds out why a call to the other ranks failed: one of them may have reported the reason. If
  /// not, all ranks that are alive run into the same failure and note that here, and the cause is
  /// the rank that does not.
  ///
  /// @param what this process was doing
  /// @param reason of LibTorch
  DistributedException diagnose(String what, String reason) {
    var noStore =
        rendezvous.agentStore()
            ? "the launcher's store no longer responds (%s: %s); check that the launcher is running"
            : "rank 0, which serves the job's store, exited or does not respond (%s: %s); see the "
                + "output of rank 0";
    return new DistributedException(
        keys.callOr(() -> cause(what, reason), noStore.formatted(what, reason)));
  }

  private String cause(String what, String reason) {
    keys.set(NOTICED + rendezvous.rank(), what);
    long deadline = keys.graceDeadline();
    var silent = keys.ranksWithout(NOTICED);
    while (System.nanoTime() < deadline && !silent.isEmpty()) {
      if (keys.has(FIRST)) {
        return keys.get(FIRST);
      }
      JobKeys.pause();
      silent = keys.ranksWithout(NOTICED);
    }
    if (silent.isEmpty()) {
      return publish(
          ("all ranks are running, but lost the connections between them (%s: %s); check that "
                  + "the hosts reach each other on all ports; GLOO_SOCKET_IFNAME names the network "
                  + "interface to use")
              .formatted(what, reason));
    }
    silentRanks = List.copyOf(silent);
    int first = silent.getFirst();
    return publish(
        "%s exited or did not respond in time (%s: %s); see the output of rank %s (%s)"
            .formatted(names(silent), what, reason, first, keys.get(JobStore.JOINED + first)));
  }

  /// Such as "rank 2" or "ranks 1, 3".
  static String names(List<Integer> ranks) {
    var numbers = String.join(", ", ranks.stream().map(String::valueOf).toList());
    return (ranks.size() == 1 ? "rank " : "ranks ") + numbers;
  }
}
