package toco.reproduce;

import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Expected time and memory of a run, from a measurement on its own data and network.
///
/// @param steps measured steps of each phase
/// @param phases the remaining phases of the training
/// @param evaluations in training, and after it
/// @param peakRssBytes the process's peak resident memory so far; 0: unknown
/// @param peakDeviceBytes peak bytes on the GPU or other accelerator so far; 0: the CPU is used, or
///   nobody counts
/// @param device device, threads and images per step, as text
public record Forecast(
    int steps,
    List<Timed> phases,
    List<Evaluations> evaluations,
    long peakRssBytes,
    long peakDeviceBytes,
    String device) {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

  public Forecast {
    phases = List.copyOf(phases);
    evaluations = List.copyOf(evaluations);
  }

  /// A phase and the time of one of its steps.
  public record Timed(Phase phase, double stepSeconds) {
    double seconds() {
      return phase.steps() * stepSeconds;
    }
  }

  /// Evaluations and the time per image.
  public record Evaluations(String what, long times, int images, double imageSeconds) {
    double seconds() {
      return times * images * imageSeconds;
    }
  }

  /// The time from now to the last score.
  double seconds() {
    return phases.stream().mapToDouble(Timed::seconds).sum()
        + evaluations.stream().mapToDouble(Evaluations::seconds).sum();
  }

  /// The forecast as text.
  ///
  /// @param published time of the published run
  String text(String published) {
    var text = new StringBuilder("\nmeasured: %s steps per phase, %s\n".formatted(steps, device));
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
              String.join(", ", phase.terms())));
    }
    for (var each : evaluations) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %d × %,d images, %s: %.3f s each, %s\n",
              each.times,
              each.images,
              each.what,
              each.imageSeconds,
              time(each.seconds())));
    }
    text.append(
        "expected: %s in total, until %s; published: %s for training\n"
            .formatted(
                time(seconds()),
                LocalDateTime.now(ZoneId.systemDefault())
                    .plusSeconds(Math.round(seconds()))
                    .format(CLOCK),
                published));
    text.append(String.format(Locale.ROOT, "memory: peak %.2f GB resident", peakRssBytes * 1e-9));
    return text
        + (peakDeviceBytes == 0
            ? "\n"
            : String.format(Locale.ROOT, ", %.2f GB on the device\n", peakDeviceBytes * 1e-9));
  }

  /// Hours, minutes, seconds.
  static String time(double seconds) {
    var time = Duration.ofSeconds(Math.round(seconds));
    return String.format(
        Locale.ROOT, "%s:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  /// The forecast as a JSON object; times in seconds.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("device", device);
    json.put("stepsMeasured", steps);
    json.put("phases", phases);
    json.put("evaluations", evaluations);
    json.put("seconds", seconds());
    json.put("peakRssBytes", peakRssBytes);
    json.put("peakDeviceBytes", peakDeviceBytes);
    return json;
  }
}
