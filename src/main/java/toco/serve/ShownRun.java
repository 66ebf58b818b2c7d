package toco.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.ConfigException;
import toco.files.Json;
import toco.run.LoggedStep;
import toco.run.RunHistory;

/// A run as its folder shows it: nothing is asked of the process that trains it.
final class ShownRun {
  private static final Pattern PICTURE = Pattern.compile("step-(\\d{1,12})\\.png");
  private static final double LEAST_QUIET_MS = Duration.ofMinutes(2).toMillis();
  private static final int QUIET_LINES = 4; // as long as so many log lines take
  private static final int ETA_LINES = 20; // over which speed is measured
  private static final String METRICS = "metrics.jsonl";

  private final String id;
  private final String name;
  private final Path folder;
  private @Nullable Summary summary;

  ShownRun(String id, String name, Path folder) {
    this.id = id;
    this.name = name;
    this.folder = folder;
  }

  String id() {
    return id;
  }

  Path folder() {
    return folder;
  }

  /// What was read of files of this size and age.
  private record Summary(
      long bytes,
      long modifiedMs,
      @Nullable Config config,
      long step,
      int sessions,
      double stepMs,
      double lineMs,
      double imagesPerSecond,
      Map<String, Double> scores) {}

  /// @param nowMs Unix time
  synchronized Map<String, @Nullable Object> describe(long nowMs) {
    var now = current();
    var config = now.config;
    long steps = config == null ? now.step : config.train().maxIters();
    var state = state(now, steps, nowMs);
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", id);
    json.put("name", name);
    json.put("recipe", config == null ? null : config.recipe().toString());
    json.put("backbone", config == null ? null : config.model().backbone().toString());
    json.put("step", now.step);
    json.put("steps", steps);
    json.put("state", state);
    boolean isTraining = state.equals("training");
    double etaMs = now.stepMs * (steps - now.step) - Math.max(0, nowMs - now.modifiedMs);
    json.put(
        "etaS", isTraining && Double.isFinite(etaMs) ? Math.round(Math.max(0, etaMs) / 1e3) : null);
    json.put("imagesPerSecond", Json.orNull(now.imagesPerSecond));
    json.put("updatedUnixMs", now.modifiedMs == 0 ? null : now.modifiedMs);
    json.put("scores", now.scores);
    return json;
  }

  private static String state(Summary now, long steps, long nowMs) {
    if (now.step >= steps && now.config != null) {
      return "finished";
    }
    double quiet =
        Math.max(LEAST_QUIET_MS, Double.isFinite(now.lineMs) ? QUIET_LINES * now.lineMs : 0);
    return nowMs - now.modifiedMs <= quiet ? "training" : "stopped";
  }

  synchronized int sessions() {
    return current().sessions;
  }

  /// The steps that have a picture.
  List<Long> pictures() {
    var steps = new ArrayList<Long>();
    try (var files = Files.newDirectoryStream(folder.resolve("overlays"), "step-*.png")) {
      for (var file : files) {
        var step = PICTURE.matcher(file.getFileName().toString());
        if (step.matches()) {
          steps.add(Long.parseLong(step.group(1)));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return List.of(); // there are none
    }
    steps.sort(null);
    return steps;
  }

  /// The picture of a step; empty if there is none.
  Optional<byte[]> picture(long step) throws IOException {
    var file = folder.resolve("overlays", String.format(Locale.ROOT, "step-%06d.png", step));
    return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
  }

  private Summary current() {
    var file = folder.resolve(METRICS);
    long bytes = 0;
    long modifiedMs = 0;
    try {
      bytes = Files.size(file);
      modifiedMs = Files.getLastModifiedTime(file).toMillis();
    } catch (IOException e) {
      // not begun yet
    }
    var known = summary;
    if (known == null || known.bytes != bytes || known.modifiedMs != modifiedMs) {
      known = read(bytes, modifiedMs);
      summary = known;
    }
    return known;
  }

  private Summary read(long bytes, long modifiedMs) {
    Config config = null;
    try {
      config = Config.load(folder.resolve("config.yaml"), List.of());
    } catch (ConfigException e) {
      // of another version: the log is shown all the same
    }
    RunHistory history;
    try {
      history = RunHistory.read(folder);
    } catch (UncheckedIOException e) {
      return new Summary(
          bytes, modifiedMs, config, 0, 0, Double.NaN, Double.NaN, Double.NaN, Map.of());
    }
    var steps = history.steps();
    var recent = steps.subList(Math.max(0, steps.size() - ETA_LINES), steps.size());
    double[] speed = speed(recent);
    var scores = new LinkedHashMap<String, Double>();
    if (!history.evaluations().isEmpty()) {
      history
          .evaluations()
          .getLast()
          .scalars()
          .forEach((tag, value) -> {
            if (tag.startsWith("eval/") && Double.isFinite(value)) {
              scores.put(tag.substring("eval/".length()), value);
            }
          });
    }
    return new Summary(
        bytes,
        modifiedMs,
        config,
        history.lastStep(),
        history.sessions().size(),
        speed[0],
        speed[1],
        steps.isEmpty() ? Double.NaN : steps.getLast().imagesPerSecond(),
        scores);
  }

  /// Milliseconds of a step, evaluations included, and of a log line; NaN if they are not known.
  private static double[] speed(List<LoggedStep> lines) {
    if (lines.size() < 2) {
      return new double[] {Double.NaN, Double.NaN};
    }
    double ms = lines.getLast().unixMs() - lines.getFirst().unixMs();
    long steps = lines.getLast().step() - lines.getFirst().step();
    return new double[] {ms / steps, ms / (lines.size() - 1)};
  }
}
