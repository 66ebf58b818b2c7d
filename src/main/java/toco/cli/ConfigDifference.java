package toco.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import toco.config.Config;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Names the keys in which a configuration differs from a run's own.
final class ConfigDifference {
  private static final JsonMapper JSON = new JsonMapper();

  private ConfigDifference() {}

  /// The keys, for a message; empty if there are none, or the run has no configuration to read.
  static Optional<String> between(Path run, Config config) {
    var file = run.resolve("config.yaml");
    if (!Files.isRegularFile(file)) {
      return Optional.empty(); // resuming will say what is wrong with the folder
    }
    var own = JSON.readTree(Config.load(file, List.of()).toJson());
    var keys = new ArrayList<String>();
    collect("", own, JSON.readTree(config.toJson()), keys);
    keys.remove("run.dir"); // the folder may have been moved
    return keys.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", keys));
  }

  private static void collect(String prefix, JsonNode own, JsonNode other, List<String> keys) {
    for (var member : own.properties()) {
      var key = prefix + member.getKey();
      var value = other.path(member.getKey());
      if (member.getValue().isObject()) {
        collect(key + ".", member.getValue(), value, keys);
      } else if (!member.getValue().equals(value)) {
        keys.add(key);
      }
    }
  }
}
