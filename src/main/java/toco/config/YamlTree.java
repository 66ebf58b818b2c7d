package toco.config;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/// A YAML text as a tree that remembers the line of every key. JSON is YAML too.
///
/// Stricter than Jackson's own tree: a key given twice is an error that names both lines, and
/// aliases, tags and second documents, which a configuration does not need, are errors too. `.5`
/// and `+3`, which Jackson reads as text, are numbers here, as in YAML's core schema.
final class YamlTree {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Pattern INTEGER = Pattern.compile("\\+[0-9]+");
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  private static final String MARKUP =
      "'\"|>!"; // the first characters of scalars that are not plain

  private final String origin;
  private final int[] codePoints; // the parser counts code points, not chars
  private final YAMLParser parser;
  private final Map<String, Integer> lines = new HashMap<>();

  private YamlTree(String text, String origin, YAMLParser parser) {
    this.origin = origin;
    this.codePoints = text.codePoints().toArray();
    this.parser = parser;
  }

  /// A parsed text.
  ///
  /// @param root the document; an object without members if the text holds nothing
  /// @param lines 1-based line of every key, by dotted name
  record Parsed(JsonNode root, Map<String, Integer> lines) {}

  /// Parses one document.
  ///
  /// @param origin the start of error messages: a file name or a `--set`
  static Parsed parse(String text, String origin) {
    try (var parser = (YAMLParser) YAML.createParser(text)) {
      var tree = new YamlTree(text, origin, parser);
      var first = parser.nextToken();
      JsonNode root = first == null ? JsonNodeFactory.instance.objectNode() : tree.node(first, "");
      if (parser.nextToken() != null) {
        throw tree.error("a second YAML document starts here; a configuration is one document");
      }
      return new Parsed(root, tree.lines);
    } catch (JacksonException e) {
      var location = e.getLocation();
      var where = location == null ? origin : origin + ":" + location.getLineNr();
      var problem = // the parser's message without its copies of location and text
          e.getOriginalMessage()
              .lines()
              .filter(line -> !line.startsWith(" "))
              .collect(Collectors.joining(": "));
      throw new ConfigException(null, where + ": not valid YAML: " + problem);
    }
  }

  private JsonNode node(JsonToken token, String path) {
    if (parser.isCurrentAlias()) {
      throw error(
          "an alias (*" + parser.getString() + ") is not allowed here; write the value out");
    }
    if (parser.getTypeId() != null) {
      throw error("a tag (" + parser.getTypeId() + ") is not allowed here; write the plain value");
    }
    return switch (token) {
      case START_OBJECT -> object(path);
      case START_ARRAY -> array(path);
      case VALUE_STRING -> text();
      case VALUE_NUMBER_INT -> JsonNodeFactory.instance.numberNode(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> JsonNodeFactory.instance.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> JsonNodeFactory.instance.booleanNode(true);
      case VALUE_FALSE -> JsonNodeFactory.instance.booleanNode(false);
      case VALUE_NULL -> JsonNodeFactory.instance.nullNode();
      default -> throw error("unexpected " + token);
    };
  }

  private ObjectNode object(String path) {
    var object = JsonNodeFactory.instance.objectNode();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      var name = parser.currentName();
      var key = path.isEmpty() ? name : path + "." + name;
      if (object.has(name)) {
        throw error("key '%s' appears twice, first in line %s".formatted(key, lines.get(key)));
      }
      lines.put(key, line());
      object.set(name, node(parser.nextToken(), key));
    }
    return object;
  }

  private ArrayNode array(String path) {
    var array = JsonNodeFactory.instance.arrayNode();
    for (var token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
      array.add(node(token, path));
    }
    return array;
  }

  private JsonNode text() {
    var text = parser.getString();
    var nodes = JsonNodeFactory.instance;
    int start = (int) parser.currentTokenLocation().getCharOffset();
    boolean plain = start < codePoints.length && MARKUP.indexOf(codePoints[start]) < 0;
    if (plain && text.equals("~")) {
      return nodes.nullNode();
    }
    if (plain && INTEGER.matcher(text).matches()) {
      return nodes.numberNode(new BigInteger(text));
    }
    return plain && NUMBER.matcher(text).matches()
        ? nodes.numberNode(Double.parseDouble(text))
        : nodes.stringNode(text);
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private ConfigException error(String problem) {
    return new ConfigException(null, origin + ":" + line() + ": " + problem);
  }
}
