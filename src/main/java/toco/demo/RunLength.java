package toco.demo;

import toco.config.Config;
import toco.config.Overrides;
import toco.files.Json;

/// Other numbers of steps for a configuration.
final class RunLength {
  private static final String FIRST_ITERATION = "StartIter"; // ends the keys of all recipes' terms

  private RunLength() {}

  /// The same course in another number of steps: the warm-up and the first iterations of the loss's
  /// terms move in proportion.
  static Config stretched(Config config, int steps) {
    double factor = (double) steps / config.train().maxIters();
    var overrides = Overrides.of("train.maxIters", steps);
    for (var section : Json.MAPPER.readTree(config.toJson()).properties()) {
      for (var key : section.getValue().properties()) {
        if (key.getKey().endsWith(FIRST_ITERATION) || key.getKey().equals("warmupIters")) {
          overrides =
              overrides.plus(
                  section.getKey() + "." + key.getKey(),
                  Math.round(factor * key.getValue().asInt()));
        }
      }
    }
    return config.with(overrides);
  }
}
