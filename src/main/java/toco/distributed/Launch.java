package toco.distributed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Runs the processes of a job on this host, and restarts all of them after a failure, up to the
/// number of times that the plan allows.
///
/// When one process fails, the others get a grace period to exit by themselves, in which they may
/// report the cause or save; then they get SIGTERM and a second grace period, then SIGKILL.
public final class Launch {
  /// Set in the environment of the processes: they exit when their standard input is closed, that
  /// is, when the launcher has exited.
  public static final String LAUNCHED = "TOCO_LAUNCHED";

  private static final long POLL_MS = 50;
  private static final long PAUSE_MS = 1000; // a job that fails at once must not spin
  private static final int SKIPPED = 3; // finished, but some images could not be read
  private static final int USAGE = 2;
  private static final int STOPPED = 130; // stopped by SIGINT, after saving
  private static final int TERMINATED = 143; // the same for SIGTERM
  private static final int READER_ENDED =
      141; // nothing reads the results; they would be lost again

  private final LaunchPlan plan;
  private final List<String> command;
  private final Consumer<String> lines;
  private final long graceMs;
  private volatile boolean stopRequested;

  /// @param command of every process
  /// @param lines receives messages about failures and restarts, and the output of all ranks but 0
  /// @param graceMs how long the others may take to exit by themselves once one has failed
  public Launch(LaunchPlan plan, List<String> command, Consumer<String> lines, long graceMs) {
    this.plan = plan;
    this.command = List.copyOf(command);
    this.lines = lines;
    this.graceMs = graceMs;
  }

  /// Asks all processes to save and exit. May be called from any thread.
  public void requestStop() {
    stopRequested = true;
  }

  /// Runs the job until it ends.
  ///
  /// @return exit status: that of the process that failed first, otherwise the largest of all
  public int run() throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      int status = attempt(attempt);
      boolean fails = status != 0 && status != SKIPPED;
      boolean stopped = stopRequested || status == STOPPED || status == TERMINATED;
      boolean again = fails && !stopped && status != USAGE && status != READER_ENDED;
      if (!again || attempt == plan.maxRestarts()) {
        return stopped ? STOPPED : status > 128 && status != READER_ENDED ? 1 : status;
      }
      lines.accept(
          "restarting all processes (restart %s of %s)".formatted(attempt + 1, plan.maxRestarts()));
      Thread.sleep(PAUSE_MS);
    }
  }

  private int attempt(int attempt) throws InterruptedException {
    var processes = start(attempt);
    boolean terminated = false;
    try {
      while (processes.stream().anyMatch(RankProcess::isAlive)) {
        if (stopRequested && !terminated) {
          processes.forEach(RankProcess::terminate);
          terminated = true;
        }
        var failed = processes.stream().filter(Launch::hasFailed).findFirst();
        if (failed.isPresent() && !terminated) {
          endAll(processes, failed.get());
          return failed.get().status();
        }
        Thread.sleep(POLL_MS);
      }
      var failed = processes.stream().filter(Launch::hasFailed).findFirst();
      failed.ifPresent(this::printFailure);
      return failed
          .map(RankProcess::status)
          .orElseGet(() -> processes.stream().mapToInt(RankProcess::status).max().orElse(0));
    } finally {
      processes.forEach(RankProcess::kill);
      for (var process : processes) {
        process.drain();
      }
    }
  }

  private List<RankProcess> start(int attempt) {
    int port = plan.port();
    var started = new ArrayList<RankProcess>();
    try {
      for (int local = 0; local < plan.processes(); local++) {
        started.add(
            RankProcess.start(
                plan.rank(local), command, plan.environment(local, attempt, port), lines));
      }
      return started;
    } catch (IOException e) {
      started.forEach(RankProcess::kill);
      throw new UncheckedIOException("a process cannot be started: " + e.getMessage(), e);
    } catch (OutOfMemoryError e) { // a limit on threads
      started.forEach(RankProcess::kill);
      throw e;
    }
  }

  /// Whether a process has exited, neither successfully nor because it was asked to stop.
  private static boolean hasFailed(RankProcess process) {
    return !process.isAlive()
        && switch (process.status()) {
          case 0, SKIPPED, STOPPED, TERMINATED -> false;
          default -> true;
        };
  }

  private void printFailure(RankProcess failed) {
    lines.accept("rank %s %s".formatted(failed.rank(), failed.describeEnd()));
  }

  private void endAll(List<RankProcess> processes, RankProcess failed) throws InterruptedException {
    printFailure(failed);
    awaitAll(processes);
    processes.forEach(RankProcess::terminate);
    awaitAll(processes);
    processes.forEach(RankProcess::kill);
    awaitAll(processes);
  }

  private void awaitAll(List<RankProcess> processes) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMs);
    for (var process : processes) {
      process.await(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }
}
