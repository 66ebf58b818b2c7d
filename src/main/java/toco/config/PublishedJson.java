package toco.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.files.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A JSON object in the folder of published weights, such as `config.json`.
///
/// @param file for messages
/// @param node the object, or another one within it
record PublishedJson(Path file, JsonNode node) {
  private static final long MAX_BYTES = 4 << 20; // real ones have a few kB

  /// The object in a file; empty if there is no such file.
  ///
  /// @throws ConfigException if the file cannot be read or is not JSON
  static Optional<PublishedJson> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException(null, file + ": too large for the description of an encoder");
      }
      return Optional.of(new PublishedJson(file, Json.MAPPER.readTree(Files.readString(file))));
    } catch (IOException e) {
      throw new ConfigException(null, file + ": cannot be read: " + e);
    } catch (JacksonException e) {
      throw new ConfigException(null, "%s: not valid JSON; fetch the file again".formatted(file));
    }
  }

  /// The object at a key; an empty one if there is none.
  PublishedJson at(String key) {
    return new PublishedJson(file, node.path(key));
  }

  boolean has(String key) {
    return !node.path(key).isMissingNode() && !node.path(key).isNull();
  }

  /// Whether a member is there and is not null, false or 0.
  boolean isSet(String key) {
    return has(key)
        && !(node.path(key).isBoolean() && !node.path(key).booleanValue())
        && !(node.path(key).isNumber() && node.path(key).doubleValue() == 0);
  }

  /// Names of all members.
  List<String> keys() {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  String text(String key, String otherwise) {
    return has(key) && node.path(key).isString() ? node.path(key).stringValue() : otherwise;
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = node.path(key);
    if (!value.isBoolean()) {
      throw invalid(key, "true or false");
    }
    return value.booleanValue();
  }

  /// A whole number, or the same number twice: `[224, 224]`.
  int integer(String key, int otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    var value = node.path(key);
    if (value.isArray() && value.size() == 2 && value.path(0).equals(value.path(1))) {
      value = value.path(0);
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw invalid(key, "an integer; squares only");
    }
    return value.intValue();
  }

  double number(String key, double otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    if (!node.path(key).isNumber()) {
      throw invalid(key, "a number");
    }
    return node.path(key).doubleValue();
  }

  /// Mean and standard deviation of three channels; empty unless both are given.
  Optional<PixelStatistics> statistics(String mean, String std) {
    return has(mean) && has(std)
        ? Optional.of(new PixelStatistics(three(mean), three(std)))
        : Optional.empty();
  }

  private List<Double> three(String key) {
    var values = new ArrayList<Double>();
    for (var value : node.path(key).values()) {
      if (value.isNumber()) {
        values.add(value.doubleValue());
      }
    }
    if (values.size() != 3) {
      throw invalid(key, "three numbers");
    }
    return values;
  }

  private ConfigException invalid(String key, String expected) {
    return refused("%s must be %s, got %s".formatted(key, expected, node.path(key)));
  }

  /// For what no encoder of ToCo can be.
  ConfigException refused(String problem) {
    return new ConfigException("model.pretrained", file + ": " + problem);
  }
}
