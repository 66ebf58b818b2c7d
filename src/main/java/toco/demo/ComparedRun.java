package toco.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.files.Json;
import toco.run.RunFiles;
import toco.run.RunHistory;

/// A finished run of a [Comparison].
///
/// @param trainSeconds spent in training steps, in all sessions of the run
record ComparedRun(DemoMetrics metrics, double trainSeconds) {
  private static final String FILE = "metrics.json";

  /// Writes the results of a run that has ended, which marks it as finished.
  static void write(Path runDir, DemoMetrics metrics) {
    RunFiles.writeJson(runDir.resolve(FILE), metrics.toJson());
  }

  /// Reads a run; empty if it is not finished.
  static Optional<ComparedRun> read(Config config) {
    var file = config.run().dir().resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var metrics = DemoMetrics.of(Json.MAPPER.readTree(Files.readAllBytes(file)));
      return Optional.of(new ComparedRun(metrics, trainSeconds(config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// By the speeds that the run has logged.
  private static double trainSeconds(Config config) {
    var train = config.train();
    double images = (double) train.samplesPerProcess() * train.gradientAccumulation();
    double seconds = 0;
    long before = 0;
    for (var line : RunHistory.read(config.run().dir()).steps()) {
      seconds += (line.step() - before) * images / line.imagesPerSecond();
      before = line.step();
    }
    return seconds;
  }

  /// The keys of `metrics.json` and `trainSeconds`.
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<>(metrics.toJson());
    json.put("trainSeconds", Json.orNull(Math.round(trainSeconds * 1000) / 1000.0));
    return json;
  }
}
