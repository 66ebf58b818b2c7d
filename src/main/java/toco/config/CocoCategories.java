package toco.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// The categories of a JSON file in COCO's form, `{"categories": [{"id": 1, "name": "cat"}, …],
/// …}`: the classes are their names in the order of their ids, which may have gaps or be text.
public final class CocoCategories {
  /// A file is read as a stream, so only deep nesting and long strings could take much memory.
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(64).maxStringLength(65_536).build();

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(LIMITS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

  private CocoCategories() {}

  /// Reads a file's categories.
  ///
  /// @return the names of the classes, in the order of the ids
  /// @throws ConfigException naming the file, and the line where one is wrong
  static List<String> readClassNames(Path file) {
    try (var parser = open(file)) {
      var first = parser.nextToken();
      if (first == JsonToken.START_ARRAY) {
        throw new ConfigException(
            null, file + " is an array, and not COCO's JSON; set data.classNames to the classes");
      }
      if (first == JsonToken.START_OBJECT) {
        for (var name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          if (name.equals("categories")) {
            return classNames(parse(parser).values());
          }
          parser.skipChildren();
        }
      }
      throw new ConfigException(null, file + " has no categories; expected COCO's JSON");
    } catch (JacksonException e) {
      throw new ConfigException(null, describe(file, e));
    } catch (NoSuchFileException e) {
      throw new ConfigException(null, file + ": no such file; expected the classes' names");
    } catch (IOException e) {
      throw new ConfigException(null, file + ": cannot be read: " + e);
    }
  }

  /// Opens a JSON file as a stream, which needs little memory for files of any size and refuses
  /// deep nesting.
  public static JsonParser open(Path file) throws IOException {
    return JSON.createParser(ObjectReadContext.empty(), Files.newInputStream(file));
  }

  /// The same for a text.
  public static JsonParser open(String json) {
    return JSON.createParser(ObjectReadContext.empty(), json);
  }

  /// A category.
  ///
  /// @param id as [#id] reads it
  /// @param group name of the category or group that it belongs to; empty: none
  public record Category(String id, String name, String group) {}

  /// Reads an array of categories to its end; the parser is at its start.
  ///
  /// @return the categories by id, in the order of the ids; several may have the same name
  /// @throws StreamReadException if it is not such an array, or an id appears twice
  public static SequencedMap<String, Category> parse(JsonParser parser) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "'categories' must be an array");
    }
    var categories = new ArrayList<Category>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      categories.add(parseOne(parser));
    }
    categories.sort(Comparator.comparing(Category::id, CocoCategories::compareIds));
    var byId = new LinkedHashMap<String, Category>();
    for (var category : categories) {
      var other = byId.putIfAbsent(category.id, category);
      if (other != null && !other.name.equals(category.name)) {
        throw new StreamReadException(
            parser,
            "category id %s appears twice, as '%s' and '%s'"
                .formatted(category.id, other.name, category.name));
      }
    }
    return byId;
  }

  /// The names of classes: those of the categories, without the one that Roboflow writes for the
  /// group of all others.
  static List<String> classNames(Collection<Category> categories) {
    return categories.stream()
        .filter(category -> !isRoot(category, categories))
        .map(Category::name)
        .distinct()
        .toList();
  }

  private static boolean isRoot(Category category, Collection<Category> all) {
    return category.group.equalsIgnoreCase("none")
        && all.size() > 1
        && all.stream()
            .allMatch(other -> other.equals(category) || other.group.equals(category.name));
  }

  /// Numbers by value, before other text in its own order.
  private static int compareIds(String one, String other) {
    var isNumber = NUMBER.asMatchPredicate();
    if (isNumber.test(one) && isNumber.test(other)) {
      return Long.compare(Long.parseLong(one), Long.parseLong(other));
    }
    return Boolean.compare(isNumber.test(other), isNumber.test(one));
  }

  /// The id at the parser's position: a whole number, as a number or as text, or other text.
  ///
  /// @return the number without leading zeros, or the text; null: there is no id
  public static @Nullable String id(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_NUMBER_INT -> Long.toString(parser.getLongValue());
      case VALUE_NUMBER_FLOAT -> {
        double value = parser.getDoubleValue();
        yield value == Math.rint(value) && Math.abs(value) < 1L << 53
            ? Long.toString((long) value)
            : null;
      }
      case VALUE_STRING -> {
        var text = parser.getString().strip();
        yield NUMBER.matcher(text).matches()
            ? Long.toString(Long.parseLong(text))
            : text.isEmpty() ? null : text;
      }
      default -> null;
    };
  }

  private static Category parseOne(JsonParser parser) {
    if (!parser.isExpectedStartObjectToken()) {
      throw new StreamReadException(parser, "a category must be an object");
    }
    @Nullable String id = null;
    @Nullable String name = null;
    var group = "";
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      if (key.equals("id")) {
        id = id(parser);
      } else if (key.equals("name") && token == JsonToken.VALUE_STRING) {
        name = parser.getString().strip();
      } else if (key.equals("supercategory") && token == JsonToken.VALUE_STRING) {
        group = parser.getString().strip();
      }
      parser.skipChildren(); // of any other value
    }
    if (id == null || name == null || name.isEmpty()) {
      throw new StreamReadException(parser, "a category without an id or a name");
    }
    return new Category(id, name, group);
  }

  /// What is wrong with a file, on one line that starts with the file's name and the line number.
  public static String describe(Path file, JacksonException e) {
    var location = e.getLocation();
    var where = location == null || location.getLineNr() < 1 ? "" : ":" + location.getLineNr();
    var problem =
        e.getOriginalMessage().strip().replaceAll("\\s+", " ").replaceAll(", from `[^`]*`", "");
    return file + where + ": not JSON in COCO's form: " + problem;
  }
}
