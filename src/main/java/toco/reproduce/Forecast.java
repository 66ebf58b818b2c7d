package toco.reproduce;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.loss.LossTerm;

/// What a run will take, from a measurement on its own data and network.
///
/// @param steps how many of each phase were measured
/// @param phases of what is left of the training
/// @param training evaluations in training
/// @param last those after it
/// @param peakRssBytes the process's largest resident memory so far; 0: not known
/// @param peakCudaBytes most bytes on the GPU so far; 0: none is used
/// @param device and threads, in words
public record Forecast(
    int steps,
    List<Timed> phases,
    Evaluations training,
    Evaluations last,
    long peakRssBytes,
    long peakCudaBytes,
    String device) {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");

  public Forecast {
    phases = List.copyOf(phases);
  }

  /// A phase and what a step of it takes.
  public record Timed(Phase phase, double stepSeconds) {
    double seconds() {
      return phase.steps() * stepSeconds;
    }
  }

  /// Evaluations and what an image of them takes.
  public record Evaluations(String what, long times, int images, double imageSeconds) {
    double seconds() {
      return times * images * imageSeconds;
    }
  }

  /// The time from here to the last score.
  double seconds() {
    return phases.stream().mapToDouble(Timed::seconds).sum() + training.seconds() + last.seconds();
  }

  /// The forecast in lines for people.
  ///
  /// @param published what the published run took
  String text(String published) {
    var text = new StringBuilder("\nmeasured: %d steps a phase, %s\n".formatted(steps, device));
    for (var timed : phases) {
      var phase = timed.phase;
      text.append(
          String.format(
              Locale.ROOT,
              "  steps %,d to %,d: %.3f s each, %s  (%s)\n",
              phase.from() + 1,
              phase.until(),
              timed.stepSeconds,
              time(timed.seconds()),
              phase.terms().stream().map(LossTerm::key).collect(Collectors.joining(", "))));
    }
    for (var evaluations : List.of(training, last)) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %d × %,d images, %s: %.3f s each, %s\n",
              evaluations.times,
              evaluations.images,
              evaluations.what,
              evaluations.imageSeconds,
              time(evaluations.seconds())));
    }
    text.append(
        "expected: %s in all, until %s; published: %s to train\n"
            .formatted(
                time(seconds()),
                LocalDateTime.now(ZoneId.systemDefault())
                    .plusSeconds(Math.round(seconds()))
                    .format(CLOCK),
                published));
    text.append(
        String.format(Locale.ROOT, "memory: %.2f GB resident at most", peakRssBytes * 1e-9));
    return text
        + (peakCudaBytes == 0
            ? "\n"
            : String.format(Locale.ROOT, ", %.2f GB on the GPU\n", peakCudaBytes * 1e-9));
  }

  /// Hours, minutes, seconds.
  static String time(double seconds) {
    var time = Duration.ofSeconds(Math.round(seconds));
    return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  /// The forecast as a JSON object; times in seconds.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("device", device);
    json.put("stepsMeasured", steps);
    json.put("phases", phases);
    json.put("evaluations", List.of(training, last));
    json.put("seconds", seconds());
    json.put("peakRssBytes", peakRssBytes);
    json.put("peakCudaBytes", peakCudaBytes);
    return json;
  }
}
