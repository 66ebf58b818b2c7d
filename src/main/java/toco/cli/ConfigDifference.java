package toco.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import toco.config.Config;

/// Lists the keys in which a configuration differs from a run's own.
final class ConfigDifference {
  private ConfigDifference() {}

  /// The keys, for a message; empty if there are none or the run has no configuration file.
  static Optional<String> between(Path run, Config config) {
    var file = run.resolve("config.yaml");
    if (!Files.isRegularFile(file)) {
      return Optional.empty(); // resuming reports what is wrong with the folder
    }
    var keys =
        Config.load(file, List.of()).differencesFrom(config).stream()
            .map(Config.Difference::key)
            .filter(key -> !key.equals("run.dir")) // the folder may have been moved
            .toList();
    return keys.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", keys));
  }
}
