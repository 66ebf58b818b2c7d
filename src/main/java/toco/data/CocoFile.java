package toco.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import toco.config.CocoCategories.Category;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// The parts of a JSON file in the form of COCO's instances, which may come in any order:
///
/// ```
/// {"images":      [{"id": 9, "file_name": "COCO_train2014_000000000009.jpg"}, …],
///  "annotations": [{"image_id": 9, "category_id": 51, "bbox": [x, y, width, height]}, …],
///  "categories":  [{"id": 51, "name": "bowl"}, …]}
/// ```
///
/// The file is read as a stream; what is kept of its annotations is the reader's choice.
final class CocoFile {
  private final Path file;
  private final Map<String, String> fileNames = new LinkedHashMap<>(); // by image id
  private SequencedMap<String, Category> categories = new LinkedHashMap<>();
  private boolean hasAnnotations;

  private CocoFile(Path file) {
    this.file = file;
  }

  /// Reads a file.
  ///
  /// @param annotation reads the annotation at whose start the parser is to its end
  /// @throws DataException naming the file and the line with the error
  static CocoFile read(Path file, Consumer<JsonParser> annotation) {
    var read = new CocoFile(file);
    try (var parser = CocoCategories.open(file)) {
      read.parse(parser, annotation);
    } catch (JacksonException e) {
      throw new DataException(CocoCategories.describe(file, e), e);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
    read.requireParts();
    return read;
  }

  /// The names of the image files by the images' ids.
  Map<String, String> fileNames() {
    return fileNames;
  }

  /// The categories by id, in the order of the ids.
  SequencedMap<String, Category> categories() {
    return categories;
  }

  /// The error of an annotation whose category is not in the file.
  DataException unknownCategory(String id) {
    return new DataException(
        ("%s: an annotation has category_id %s, which is not among the categories; add it there or"
                + " remove its annotations")
            .formatted(file, DataException.shortened(id)));
  }

  private void parse(JsonParser parser, Consumer<JsonParser> annotation) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new StreamReadException(parser, "the file does not hold a JSON object");
    }
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      switch (key) {
        case "categories" -> categories = CocoCategories.parse(parser);
        case "images" -> parseAll(parser, key, () -> parseImage(parser));
        case "annotations" -> {
          parseAll(parser, key, () -> annotation.accept(parser));
          hasAnnotations = true;
        }
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new StreamReadException(parser, "there is text after the JSON object");
    }
  }

  private static void parseAll(JsonParser parser, String key, Runnable element) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "'" + key + "' is not an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.isExpectedStartObjectToken()) {
        throw new StreamReadException(parser, "an element of '" + key + "' is not an object");
      }
      element.run();
    }
  }

  private void parseImage(JsonParser parser) {
    @Nullable String id = null;
    @Nullable String name = null;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      if (key.equals("id")) {
        id = CocoCategories.id(parser);
      } else if (key.equals("file_name") && token == JsonToken.VALUE_STRING) {
        name = parser.getString();
      }
      parser.skipChildren(); // of any other value
    }
    if (id == null || name == null || name.isBlank()) {
      throw new StreamReadException(parser, "an image lacks an id or a file_name");
    }
    var other = fileNames.putIfAbsent(id, name);
    if (other != null && !other.equals(name)) {
      throw new StreamReadException(
          parser, "image id %s appears twice, as '%s' and '%s'".formatted(id, other, name));
    }
  }

  private void requireParts() {
    var missing =
        fileNames.isEmpty() ? "images" : categories.isEmpty() ? "categories" : "annotations";
    if (fileNames.isEmpty() || categories.isEmpty() || !hasAnnotations) {
      throw new DataException(
          "%s has no %s; expected COCO's images, annotations and categories"
              .formatted(file, missing));
    }
  }
}
