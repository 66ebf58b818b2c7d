package toco.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// Reads labels from a JSON file in the form of COCO's instances:
///
/// ```
/// {"images":      [{"id": 9, "file_name": "COCO_train2014_000000000009.jpg"}, …],
///  "annotations": [{"image_id": 9, "category_id": 51}, …],
///  "categories":  [{"id": 51, "name": "bowl"}, …]}
/// ```
///
/// An image shows the categories of its annotations, crowds included. Other fields of an annotation
/// are skipped, so memory use depends only on the number of images, not on the size of the file.
/// The three parts may come in any order, with any number of categories and any ids; the names of
/// the categories must be classes.
final class CocoInstances {
  private static final int MAX_CATEGORIES =
      1024; // four times the largest number of classes of a network

  private final Map<Long, String> fileNames = new LinkedHashMap<>();
  private final Map<Long, BitSet> shownIn = new HashMap<>(); // bits are values of `categoryIndex`
  private final SequencedMap<Long, Integer> categoryIndex = new LinkedHashMap<>(); // by category id
  private @Nullable SequencedMap<Long, String> categories;

  private CocoInstances() {}

  /// @return the labels by the images' file names
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path file, ClassIndex classes) {
    var instances = new CocoInstances();
    try (var parser = CocoCategories.open(file)) {
      instances.parse(parser);
      return instances.labels(file, classes);
    } catch (JacksonException e) {
      throw new DataException(CocoCategories.describe(file, e), e);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
  }

  private void parse(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new StreamReadException(parser, "the file does not hold a JSON object");
    }
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      switch (key) {
        case "categories" -> categories = CocoCategories.parse(parser);
        case "images" -> parseAll(parser, key, () -> parseImage(parser));
        case "annotations" -> parseAll(parser, key, () -> parseAnnotation(parser));
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
    @Nullable Long id = null;
    @Nullable String name = null;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      if (key.equals("id") && token == JsonToken.VALUE_NUMBER_INT) {
        id = parser.getLongValue();
      } else if (key.equals("file_name") && token == JsonToken.VALUE_STRING) {
        name = parser.getString();
      } else {
        parser.skipChildren();
      }
    }
    if (id == null || name == null || name.isBlank()) {
      throw new StreamReadException(parser, "an image lacks an integer id or a file_name");
    }
    if (fileNames.put(id, name) != null) {
      throw new StreamReadException(parser, "image id " + id + " appears twice");
    }
  }

  private void parseAnnotation(JsonParser parser) {
    @Nullable Long image = null;
    @Nullable Long category = null;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      if (key.equals("image_id") && token == JsonToken.VALUE_NUMBER_INT) {
        image = parser.getLongValue();
      } else if (key.equals("category_id") && token == JsonToken.VALUE_NUMBER_INT) {
        category = parser.getLongValue();
      } else {
        parser.skipChildren();
      }
    }
    if (image == null || category == null) {
      throw new StreamReadException(
          parser, "an annotation lacks an integer image_id or category_id");
    }
    int index = categoryIndex.computeIfAbsent(category, _ -> categoryIndex.size());
    if (index >= MAX_CATEGORIES) {
      throw new StreamReadException(parser, "more than " + MAX_CATEGORIES + " categories");
    }
    shownIn.computeIfAbsent(image, _ -> new BitSet()).set(index);
  }

  /// Joins the three parts.
  private ClassLabels labels(Path file, ClassIndex classes) {
    if (fileNames.isEmpty() || categories == null || categories.isEmpty()) {
      throw new DataException(
          "%s has no %s; expected COCO's images, annotations and categories"
              .formatted(file, fileNames.isEmpty() ? "images" : "categories"));
    }
    var classOf = new int[categoryIndex.size()]; // −1: an unknown class
    for (var entry : categoryIndex.entrySet()) {
      var name = categories.get(entry.getKey());
      if (name == null) {
        throw new DataException(
            "%s: an annotation has category_id %s, which is not among the categories"
                .formatted(file, entry.getKey()));
      }
      classOf[entry.getValue()] = classes.find(name, file.toString()).orElse(-1);
    }
    for (var image : shownIn.keySet()) {
      if (!fileNames.containsKey(image)) {
        throw new DataException(
            "%s: an annotation has image_id %s, which is not among the images"
                .formatted(file, image));
      }
    }
    var labels = classes.new Labels(file.toString());
    fileNames.forEach((id, name) -> {
      var shown = labels.image(name, 0);
      shownIn.getOrDefault(id, new BitSet()).stream()
          .map(index -> classOf[index])
          .filter(k -> k >= 0)
          .forEach(shown::set);
    });
    return labels.build();
  }
}
