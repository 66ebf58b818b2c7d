package toco.distributed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Runs a job: its processes on this host, all of them again after a failure, as often as the plan
/// allows.
///
/// When one fails the others are given some time to end by themselves, because they may be about to
/// say why, or to notice and save; then they are told to, and at last made to.
public final class Launch {
  /// Set in the environment of the processes: they end when their standard input does, which is the
  /// launcher's end.
  public static final String LAUNCHED = "TOCO_LAUNCHED";

  private static final long POLL_MS = 50;
  private static final long PAUSE_MS = 1000; // a job that fails at once must not spin
  private static final int SKIPPED = 3; // some images could not be read: done all the same
  private static final int USAGE = 2;
  private static final int STOPPED = 130; // by SIGINT, having saved
  private static final int TERMINATED = 143; // by SIGTERM, likewise

  private final LaunchPlan plan;
  private final List<String> command;
  private final Consumer<String> lines;
  private final long graceMs;
  private volatile boolean stopRequested;

  /// @param command of every process
  /// @param lines hears of restarts, and what processes other than the first say
  /// @param graceMs how long the others may take to end by themselves once one has failed
  public Launch(LaunchPlan plan, List<String> command, Consumer<String> lines, long graceMs) {
    this.plan = plan;
    this.command = List.copyOf(command);
    this.lines = lines;
    this.graceMs = graceMs;
  }

  /// Tells all processes to end in good order. Any thread may ask.
  public void requestStop() {
    stopRequested = true;
  }

  /// Runs the job to its end.
  ///
  /// @return exit status: the largest of the processes', or that of the one that failed first
  public int run() throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      int status = attempt(attempt);
      boolean fails = status != 0 && status != SKIPPED;
      boolean stopped = stopRequested || status == STOPPED || status == TERMINATED;
      if (!fails || stopped || status == USAGE || attempt == plan.maxRestarts()) {
        return stopped ? STOPPED : status > 128 ? 1 : status;
      }
      lines.accept(
          "starting all processes again (restart %d of %d)"
              .formatted(attempt + 1, plan.maxRestarts()));
      Thread.sleep(PAUSE_MS);
    }
  }

  private int attempt(int attempt) throws InterruptedException {
    var processes = start(attempt);
    boolean told = false;
    try {
      while (processes.stream().anyMatch(RankProcess::isAlive)) {
        if (stopRequested && !told) {
          processes.forEach(RankProcess::terminate);
          told = true;
        }
        var failed = processes.stream().filter(Launch::hasFailed).findFirst();
        if (failed.isPresent() && !told) {
          end(processes, failed.get());
          return failed.get().status();
        }
        Thread.sleep(POLL_MS);
      }
      var failed = processes.stream().filter(Launch::hasFailed).findFirst();
      failed.ifPresent(this::sayFailed);
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
    }
  }

  /// Whether a process has ended, and neither in success nor because it was told to.
  private static boolean hasFailed(RankProcess process) {
    return !process.isAlive()
        && switch (process.status()) {
          case 0, SKIPPED, STOPPED, TERMINATED -> false;
          default -> true;
        };
  }

  private void sayFailed(RankProcess failed) {
    lines.accept("rank %d %s".formatted(failed.rank(), failed.end()));
  }

  private void end(List<RankProcess> processes, RankProcess failed) throws InterruptedException {
    sayFailed(failed);
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
