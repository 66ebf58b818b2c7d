package toco.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import toco.config.TrainConfig;
import toco.run.LoggedEvaluation;
import toco.run.LoggedStep;
import toco.run.RunHistory;
import toco.run.RunSession.Fact;

/// How a run's time was spent.
///
/// @param training time of the training steps, from their speed, without evaluations and
///   checkpoints
/// @param evaluating time of evaluations
/// @param wallClock from the start of each session to its last log line
/// @param sessions how many times the run was started or resumed
record Timings(Duration training, Duration evaluating, Duration wallClock, int sessions) {

  static Timings of(RunHistory history, TrainConfig config) {
    int imagesAStep =
        config.samplesPerProcess() * config.gradientAccumulation() * processes(history);
    double training = 0;
    long before = 0;
    for (var step : history.steps()) {
      if (step.imagesPerSecond() > 0) {
        training += (step.step() - before) * imagesAStep / step.imagesPerSecond();
      }
      before = step.step();
    }
    double evaluating =
        history.evaluations().stream()
            .mapToDouble(LoggedEvaluation::seconds)
            .filter(Double::isFinite)
            .sum();
    return new Timings(
        seconds(training), seconds(evaluating), wallClock(history), history.sessions().size());
  }

  /// Number of processes of the last session; a step has the same images on any number.
  private static int processes(RunHistory history) {
    var sessions = history.sessions();
    return sessions.isEmpty()
        ? 1
        : Integer.parseInt(
            Objects.requireNonNullElse(sessions.getLast().text(Fact.PROCESSES), "1"));
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(1e3 * seconds));
  }

  /// A session ends at the last log line before the next session's start.
  private static Duration wallClock(RunHistory history) {
    var starts =
        history.sessions().stream()
            .map(session -> session.text(Fact.STARTED_AT))
            .filter(Objects::nonNull)
            .map(startedAt -> Instant.parse(startedAt).toEpochMilli())
            .toList();
    long total = 0;
    for (int i = 0; i < starts.size(); i++) {
      long start = starts.get(i);
      long end = i + 1 < starts.size() ? starts.get(i + 1) : Long.MAX_VALUE;
      total += Math.max(0, lastBefore(history.steps(), end) - start);
    }
    return Duration.ofMillis(total);
  }

  private static long lastBefore(List<LoggedStep> steps, long endMs) {
    return steps.stream()
        .mapToLong(step -> (long) step.unixMs())
        .filter(ms -> ms < endMs)
        .max()
        .orElse(0);
  }

  /// `48 s`, `3 min 20 s`, `2 h 05 min`.
  static String text(Duration time) {
    long s = Math.round(time.toMillis() / 1e3);
    if (s < 60) {
      return s + " s";
    }
    return s < 3600
        ? String.format(Locale.ROOT, "%s min %02d s", s / 60, s % 60)
        : String.format(Locale.ROOT, "%s h %02d min", s / 3600, s / 60 % 60);
  }
}
