package toco.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes configurations as text.
final class ConfigWriter {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z/][A-Za-z0-9_./ -]*[A-Za-z0-9]");
  private static final Set<String> RESERVED =
      Set.of("null", "true", "false", "yes", "no", "on", "off");

  private ConfigWriter() {}

  static String json(Config config) {
    return StrictMapper.JSON.writeValueAsString(tree(config, RecipeKeys.DECLARED));
  }

  static String yaml(Config config) {
    return yaml(config, RecipeKeys.DECLARED);
  }

  /// The same with other keys of recipes.
  static String yaml(Config config, RecipeKeys recipeKeys) {
    var out = new StringBuilder();
    section(tree(config, recipeKeys), "", out);
    return out.toString();
  }

  static Map<String, String> map(Config config) {
    var values = new LinkedHashMap<String, String>();
    addValues("", tree(config, RecipeKeys.DECLARED), values);
    return values;
  }

  private static void addValues(String prefix, ObjectNode section, Map<String, String> values) {
    for (var member : section.properties()) {
      var key = prefix + member.getKey();
      if (member.getValue() instanceof ObjectNode nested) {
        addValues(key + ".", nested, values);
      } else {
        values.put(key, value(member.getValue()));
      }
    }
  }

  private static ObjectNode tree(Config config, RecipeKeys recipeKeys) {
    return recipeKeys.without(StrictMapper.JSON.valueToTree(config));
  }

  /// The keys in which two configurations differ, in the order of the first.
  static List<Config.Difference> differences(Config own, Config other) {
    var found = new ArrayList<Config.Difference>();
    differences(
        "", StrictMapper.JSON.valueToTree(own), StrictMapper.JSON.valueToTree(other), found);
    return found;
  }

  private static void differences(
      String prefix, ObjectNode own, ObjectNode other, List<Config.Difference> found) {
    for (var member : own.properties()) {
      var key = prefix + member.getKey();
      var its = member.getValue();
      var others = other.path(member.getKey());
      if (its instanceof ObjectNode section && others instanceof ObjectNode otherSection) {
        differences(key + ".", section, otherSection, found);
      } else if (!its.equals(others)) {
        found.add(new Config.Difference(key, value(its), value(others)));
      }
    }
  }

  private static void section(ObjectNode section, String indent, StringBuilder out) {
    for (var member : section.properties()) {
      out.append(indent).append(member.getKey()).append(':');
      if (member.getValue() instanceof ObjectNode nested) {
        out.append('\n');
        section(nested, indent + "  ", out);
      } else {
        out.append(' ').append(value(member.getValue())).append('\n');
      }
    }
  }

  /// JSON is YAML, so a value is written as JSON; strings that YAML reads as strings anyway need no
  /// quotes.
  private static String value(JsonNode node) {
    if (node.isArray()) {
      return node.values().stream()
          .map(ConfigWriter::value)
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (node.isString()) {
      var text = node.stringValue();
      boolean reserved = RESERVED.contains(text.toLowerCase(Locale.ROOT));
      return PLAIN.matcher(text).matches() && !reserved ? text : node.toString();
    }
    return node.isFloatingPointNumber() ? number(node.doubleValue()) : node.toString();
  }

  /// 6e-5 and 2 rather than 6.0E-5 and 2.0; the reader gives the same double back.
  private static String number(double value) {
    return Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
  }

  static String listing() {
    int width = Key.ALL.keySet().stream().mapToInt(String::length).max().orElse(0);
    return Stream.of(
            Key.ALL.values().stream().map(key -> listed(key, width)),
            Arrays.stream(RecipeName.values())
                .map(recipe -> listed("recipe=" + recipe, recipe.defaults())),
            Arrays.stream(Layout.values())
                .map(layout -> listed("data.layout=" + layout, layout.defaults())),
            Stream.of(SizeDefaults.NOTE))
        .flatMap(lines -> lines)
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /// The other defaults of a choice, on one line; empty if it has none.
  private static String listed(String choice, Map<String, String> defaults) {
    return defaults.isEmpty()
        ? ""
        : new TreeMap<>(defaults)
            .entrySet().stream()
                .map(standard -> standard.getKey() + "=" + standard.getValue())
                .collect(Collectors.joining(" ", "with " + choice + ": ", ""));
  }

  private static String listed(Key key, int width) {
    var name = key.name() + " ".repeat(width - key.name().length());
    var recipes = key.recipes().stream().map(RecipeName::toString).sorted().toList();
    return "%s  %-27s  %s%s"
        .formatted(
            name,
            key.defaultText(),
            key.expected(),
            recipes.isEmpty() ? "" : "; recipe " + String.join(", ", recipes));
  }
}
