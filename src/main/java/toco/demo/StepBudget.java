package toco.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import toco.files.Json;
import toco.run.RunFiles;

/// How many steps each recipe makes in the same time, as measured before the first run. It is kept
/// with the runs: a comparison that is resumed on a busier machine must not change its lengths.
///
/// @param seconds of training
/// @param steps by recipe
record StepBudget(int seconds, Map<String, Integer> steps) {
  static final String FILE = "steps.json";
  private static final String SECONDS = "seconds";
  private static final String STEPS = "steps";

  /// That of a folder, if it has one for these seconds.
  static Optional<StepBudget> in(Path dir, int seconds) {
    var file = dir.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      var json = Json.MAPPER.readTree(Files.readAllBytes(file));
      var steps = new LinkedHashMap<String, Integer>();
      Json.numbers(json.path(STEPS)).forEach((name, number) -> steps.put(name, number.intValue()));
      return json.path(SECONDS).asInt(0) == seconds
          ? Optional.of(new StepBudget(seconds, steps))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(Path dir) {
    var json = new LinkedHashMap<String, Object>();
    json.put(SECONDS, seconds);
    json.put(STEPS, steps);
    RunFiles.writeJson(dir.resolve(FILE), json);
  }
}
