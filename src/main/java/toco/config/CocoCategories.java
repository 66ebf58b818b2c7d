package toco.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/// The categories of a JSON file in COCO's form, `{"categories": [{"id": 1, "name": "cat"}, …],
/// …}`: the classes are their names in the order of their ids, which may have gaps.
public final class CocoCategories {
  /// A file is read as a stream, so only deep nesting and long strings could take much memory.
  private static final StreamReadConstraints LIMITS =
      StreamReadConstraints.builder().maxNestingDepth(64).maxStringLength(65_536).build();

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(LIMITS)
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  private CocoCategories() {}

  /// Reads a file's categories.
  ///
  /// @return name by id, in the order of the ids
  /// @throws ConfigException naming the file, and the line where one is wrong
  static SequencedMap<Long, String> read(Path file) {
    try (var parser = open(file)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        for (var name = parser.nextName(); name != null; name = parser.nextName()) {
          parser.nextToken();
          if (name.equals("categories")) {
            return parse(parser);
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

  /// Reads an array of categories to its end; the parser is at its start.
  ///
  /// @return name by id, in the order of the ids
  /// @throws StreamReadException if it is not such an array, or an id or a name appears twice
  public static SequencedMap<Long, String> parse(JsonParser parser) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "'categories' must be an array");
    }
    var names = new TreeMap<Long, String>();
    var seen = new HashSet<String>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      var category = parseOne(parser);
      if (!seen.add(category.name) || names.put(category.id, category.name) != null) {
        throw new StreamReadException(
            parser,
            "category %s, '%s': its id or name appears twice"
                .formatted(category.id, category.name));
      }
    }
    return names;
  }

  private record Category(long id, String name) {}

  private static Category parseOne(JsonParser parser) {
    if (!parser.isExpectedStartObjectToken()) {
      throw new StreamReadException(parser, "a category must be an object");
    }
    @Nullable Long id = null;
    @Nullable String name = null;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      if (key.equals("id") && token == JsonToken.VALUE_NUMBER_INT) {
        id = parser.getLongValue();
      } else if (key.equals("name") && token == JsonToken.VALUE_STRING) {
        name = parser.getString().strip();
      } else {
        parser.skipChildren();
      }
    }
    if (id == null || name == null || name.isEmpty()) {
      throw new StreamReadException(parser, "a category without an integer id or a name");
    }
    return new Category(id, name);
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
