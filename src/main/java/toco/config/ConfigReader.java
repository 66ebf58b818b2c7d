package toco.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Merges defaults, a file and overrides into one complete tree and binds it to the records
/// strictly: unknown and missing keys are errors, and values are not converted from another type.
final class ConfigReader {
  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final Map<String, String> origins = new LinkedHashMap<>(); // where a value was given
  private final RecipeKeys recipeKeys;
  private String source = "defaults";

  private ConfigReader(RecipeKeys recipeKeys) {
    this.recipeKeys = recipeKeys;
    Key.ALL.forEach((name, key) -> values.put(name, parseValue(key, key.defaultText(), name)));
  }

  /// Reads a configuration over the defaults.
  ///
  /// @param text YAML, or JSON
  /// @param source its name in messages, such as the file's
  /// @param overrides applied after the text
  static Config read(String text, String source, Overrides overrides) {
    return read(text, source, overrides, RecipeKeys.DECLARED);
  }

  /// The same with other keys of recipes.
  static Config read(String text, String source, Overrides overrides, RecipeKeys recipeKeys) {
    var reader = new ConfigReader(recipeKeys);
    reader.source = source;
    var parsed = YamlTree.parse(text, source);
    reader.addSection("", parsed.root(), parsed.lines());
    overrides.settings().forEach(reader::addOverride);
    return reader.complete();
  }

  /// The same for a network from elsewhere, see [OtherNetwork].
  static Config read(String text, String source, Overrides overrides, PixelStatistics statistics) {
    OtherNetwork.requireUsed(overrides);
    var reader = new ConfigReader(RecipeKeys.DECLARED);
    reader.source = source;
    var parsed = YamlTree.parse(text, source);
    reader.addSection("", parsed.root(), parsed.lines());
    overrides.settings().forEach(reader::addOverride);
    Key.ALL.forEach((name, key) -> {
      if (!OtherNetwork.keeps(name)) {
        reader.values.put(name, parseValue(key, key.defaultText(), name));
        reader.origins.remove(name);
      }
    });
    OtherNetwork.keys(statistics)
        .forEach((name, value) -> reader.addOverride(new Overrides.Setting(name, value)));
    return reader.complete();
  }

  private Config complete() {
    addRecipeDefaults();
    completeEncoder();
    addLayoutDefaults();
    SizeDefaults.complete(values, origins);
    return bind();
  }

  private void addSection(String section, JsonNode node, Map<String, Integer> lines) {
    if (node.isNull()) {
      return; // a section whose keys are all commented out
    }
    if (!(node instanceof ObjectNode object)) {
      var what = section.isEmpty() ? "a configuration" : section;
      var line = section.isEmpty() ? "" : ":" + lines.get(section);
      throw new ConfigException(
          section, source + line + ": " + what + " must hold keys and values, got " + node);
    }
    for (var member : object.properties()) {
      var name = section.isEmpty() ? member.getKey() : section + "." + member.getKey();
      var origin = source + ":" + lines.get(name);
      if (member.getKey().contains(".")) {
        throw new ConfigException(
            name,
            origin
                + ": '"
                + name
                + "' must be nested: write the section, and its keys indented under it");
      }
      if (Key.ALL.containsKey(name)) {
        values.put(name, member.getValue());
        origins.put(name, origin);
      } else if (Key.isSection(name)) {
        addSection(name, member.getValue(), lines);
      } else {
        throw unknown(name).at(origin);
      }
    }
  }

  private void addOverride(Overrides.Setting setting) {
    var name = setting.key();
    var key = Key.ALL.get(name);
    if (key == null) {
      throw unknown(name).at(setting.origin());
    }
    values.put(name, parseValue(key, setting.value(), setting.origin()));
    origins.put(name, setting.origin());
  }

  static JsonNode parseValue(Key key, String text, String origin) {
    if (key.isText()) { // literal, so that paths need no quoting
      return text.isBlank() || (text.equals("null") && key.nullable())
          ? JsonNodeFactory.instance.nullNode()
          : JsonNodeFactory.instance.stringNode(text);
    }
    var parsed = YamlTree.parse(text, origin).root();
    return text.isBlank() ? JsonNodeFactory.instance.nullNode() : parsed;
  }

  private static ConfigException unknown(String name) {
    if (Key.isSection(name)) {
      var keys = String.join(", ", Key.namesIn(name));
      return new ConfigException(name, name + " is a section; set one of its keys: " + keys);
    }
    int dot = name.lastIndexOf('.');
    var section = dot < 0 || !Key.isSection(name.substring(0, dot)) ? "" : name.substring(0, dot);
    var known = section.isEmpty() ? "the sections and keys are " : section + " has ";
    var remedy =
        Key.closestTo(name)
            .map(key -> "did you mean '" + key + "'?")
            .orElse(known + String.join(", ", Key.namesIn(section)));
    return new ConfigException(name, "unknown key '" + name + "'; " + remedy);
  }

  /// A recipe has its own defaults for keys that are not given, and refuses those of others.
  private void addRecipeDefaults() {
    var recipe = value(RecipeKeys.RECIPE).asString("");
    origins.forEach((name, origin) -> {
      try {
        recipeKeys.require(recipe, name);
      } catch (ConfigException e) {
        throw e.at(origin);
      }
    });
    addDefaults(recipeKeys.defaultsOf(recipe));
  }

  /// A layout has its own defaults for keys that are not given.
  private void addLayoutDefaults() {
    var layout = values.get("data.layout");
    Arrays.stream(Layout.values())
        .filter(known -> layout != null && known.toString().equals(layout.asString("")))
        .forEach(known -> addDefaults(known.defaults()));
  }

  private void addDefaults(Map<String, String> defaults) {
    defaults.forEach((name, text) -> {
      if (!origins.containsKey(name)) {
        var key = Objects.requireNonNull(Key.ALL.get(name));
        values.put(name, parseValue(key, text, name));
      }
    });
  }

  private void completeEncoder() {
    try {
      EncoderKeys.complete(values, origins);
    } catch (ConfigException e) {
      throw located(String.valueOf(e.key()), String.valueOf(e.getMessage()));
    }
  }

  private Config bind() {
    var tree = JsonNodeFactory.instance.objectNode();
    for (var key : Key.ALL.values()) {
      var value = value(key.name());
      if (value.isNull() && !key.nullable()) {
        throw located(
            key.name(),
            "%s has no value; give %s, or remove the key to use its default %s"
                .formatted(key.name(), key.expected(), key.defaultText()));
      }
      if (value.isArray() && value.values().stream().anyMatch(JsonNode::isNull)) {
        throw wrongType(key);
      }
      put(tree, key.name(), value);
    }
    try {
      resolveClasses(tree);
      return StrictMapper.JSON.treeToValue(tree, Config.class);
    } catch (JacksonException e) {
      throw explain(e);
    }
  }

  /// Replaces the file of class names by the names, and an open number of classes by their count: a
  /// saved configuration then needs no other file.
  private void resolveClasses(ObjectNode tree) {
    var dataTree = tree.withObjectProperty("data");
    var alone = JsonNodeFactory.instance.objectNode().set("data", dataTree);
    List<String> names;
    try {
      names = StrictMapper.JSON.treeToValue(alone, DataAlone.class).data().readClassNames();
    } catch (ConfigException e) {
      throw located(String.valueOf(e.key()), String.valueOf(e.getMessage()));
    }
    names.forEach(dataTree.putNull("classNamesFile").putArray("classNames")::add);
    var modelTree = tree.withObjectProperty("model");
    var numClasses = modelTree.path("numClasses");
    if (numClasses.isIntegralNumber() && numClasses.asInt(1) == 0) {
      modelTree.put("numClasses", names.size() + 1);
    }
  }

  /// For reading this section before the others.
  private record DataAlone(DataConfig data) {}

  private static void put(ObjectNode tree, String name, JsonNode value) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      tree.set(name, value);
    } else {
      put(tree.withObjectProperty(name.substring(0, dot)), name.substring(dot + 1), value);
    }
  }

  /// Turns Jackson's exception into one line about the key at fault.
  private ConfigException explain(JacksonException e) {
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof ConfigException check) { // from a record's constructor
        var key = check.key() == null ? keyOf(e) : check.key();
        var what = check.key() == null ? key + ": " : ""; // a path's reader does not know its key
        return located(key, what + check.getMessage());
      }
    }
    var key = Key.ALL.get(keyOf(e));
    if (key == null) {
      return new ConfigException(null, source + ": " + e.getOriginalMessage());
    }
    return wrongType(key);
  }

  private JsonNode value(String name) {
    return values.getOrDefault(name, JsonNodeFactory.instance.missingNode());
  }

  private static String keyOf(JacksonException e) {
    return e.getPath().stream()
        .map(JacksonException.Reference::getPropertyName)
        .filter(Objects::nonNull)
        .collect(Collectors.joining("."));
  }

  private ConfigException wrongType(Key key) {
    var got = value(key.name());
    boolean unquoted = key.isText() && got.isValueNode();
    var remedy = unquoted ? " (quote text that looks like a number or true/false)" : "";
    return located(key.name(), key.name() + " must be " + key.expected() + ", got " + got + remedy);
  }

  private ConfigException located(String name, String message) {
    return new ConfigException(name, message).at(origins.getOrDefault(name, source));
  }
}
