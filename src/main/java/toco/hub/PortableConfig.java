package toco.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.Json;
import tools.jackson.databind.node.ObjectNode;

/// A run's configuration without what only its machine has: absolute paths, pretrained weights, the
/// server of an experiment tracker. The network that it describes is the same.
final class PortableConfig {
  private static final List<String> OF_THE_MACHINE = List.of("track", "distributed");
  private static final List<String> STARTING_WEIGHTS =
      List.of("pretrained", "pretrainedKeys", "init");

  private PortableConfig() {}

  /// @param file the weights that the configuration belongs to
  /// @throws toco.config.ConfigException if it would describe another network
  static Config of(Config config, Path file) {
    var tree = (ObjectNode) Json.MAPPER.readTree(config.toJson());
    tree.remove(OF_THE_MACHINE);
    var model = tree.withObjectProperty("model");
    model.remove(STARTING_WEIGHTS);
    model.put("attentionScale", config.model().encoderShape().attentionScale());
    removePaths(tree.withObjectProperty("data"));
    removePaths(tree.withObjectProperty("run"));
    var portable = Config.parse(tree.toString(), file.toString(), Overrides.NONE);
    config.requireSameNetwork(portable, file);
    return portable;
  }

  private static void removePaths(ObjectNode section) {
    var absolute =
        section.properties().stream()
            .filter(member -> member.getValue().isString())
            .filter(member -> isAbsolute(member.getValue().stringValue()))
            .map(Map.Entry::getKey)
            .toList();
    section.remove(absolute);
  }

  private static boolean isAbsolute(String text) {
    return text.startsWith("/") || text.startsWith("~") || Path.of(text).isAbsolute();
  }
}
