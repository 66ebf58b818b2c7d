package toco.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.files.UserPath;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Completes the keys that describe the encoder: timm's name of a release becomes the backbone's,
/// and a folder of published weights gives the keys of its encoder if no backbone is given. A saved
/// configuration then does not need the folder.
final class EncoderKeys {
  private static final String BACKBONE = "model.backbone";
  private static final String PRETRAINED = "model.pretrained";

  /// Keys that may differ from what the publisher has.
  private static final Set<String> FREE =
      Set.of(
          "model.imageSizePx",
          "model.variant.resampling",
          "model.patchFit",
          "model.mean",
          "model.std");

  private final Map<String, JsonNode> values;
  private final Map<String, String> origins;

  private EncoderKeys(Map<String, JsonNode> values, Map<String, String> origins) {
    this.values = values;
    this.origins = origins;
  }

  /// @param values of all keys; changed
  /// @param origins of those that are not the default; changed
  /// @throws ConfigException if a backbone is unknown, the folder's encoder is one that ToCo does
  ///   not have, or a key contradicts it
  static void complete(Map<String, JsonNode> values, Map<String, String> origins) {
    var keys = new EncoderKeys(values, origins);
    keys.nameBackbone();
    if (!origins.containsKey(BACKBONE)) {
      keys.text(PRETRAINED)
          .flatMap(EncoderKeys::path)
          .flatMap(PublishedEncoder::of)
          .ifPresent(keys::add);
    }
  }

  private Optional<String> text(String key) {
    var value = values.get(key);
    return value != null && value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(UserPath.of(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // reading the key itself says so
    }
  }

  private void nameBackbone() {
    text(BACKBONE)
        .ifPresent(name ->
            values.put(
                BACKBONE,
                JsonNodeFactory.instance.stringNode(
                    BackboneNames.find(name).orElseThrow(() -> unknown(name)).toString())));
  }

  private static ConfigException unknown(String name) {
    return new ConfigException(
        BACKBONE,
        "unknown backbone '%s'; %s"
            .formatted(
                name,
                BackboneNames.closest(name)
                    .map("did you mean '%s'?"::formatted)
                    .orElse("toco config --describe lists all; custom takes any shape")));
  }

  private void add(PublishedEncoder published) {
    published
        .keys()
        .forEach((name, text) -> {
          var key = Objects.requireNonNull(Key.ALL.get(name));
          var value = ConfigReader.parseValue(key, text, name);
          if (!origins.containsKey(name)) {
            values.put(name, value);
            origins.put(name, published.source().toString());
          } else if (!FREE.contains(name) && !same(value, values.get(name))) {
            throw new ConfigException(
                name,
                "%s is %s, but %s says %s; remove the key, or set model.backbone"
                    .formatted(name, values.get(name), published.source(), text));
          }
        });
  }

  private static boolean same(JsonNode one, @Nullable JsonNode other) {
    if (one.isNumber() && other != null && other.isNumber()) {
      return one.doubleValue() == other.doubleValue();
    }
    return one.equals(other);
  }
}
