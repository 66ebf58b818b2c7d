package toco.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import toco.config.CocoCategories.Category;
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
/// The three parts may come in any order, with any number of categories and any ids, numbers or
/// text; the names of the categories must be classes. Annotations of images that are not in the
/// file are skipped and counted.
final class CocoInstances {
  private static final int MAX_CATEGORIES =
      1024; // four times the largest number of classes of a network

  private final Map<String, String> fileNames = new LinkedHashMap<>(); // by image id
  private final Map<String, BitSet> shownIn = new HashMap<>(); // bits are values of `categoryIndex`
  private final Map<String, Integer> annotationsOf = new LinkedHashMap<>(); // number by image id
  private final Map<String, Integer> categoryIndex = new LinkedHashMap<>(); // by category id
  private SequencedMap<String, Category> categories = new LinkedHashMap<>();
  private boolean hasAnnotations;

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
        case "annotations" -> {
          parseAll(parser, key, () -> parseAnnotation(parser));
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

  private void parseAnnotation(JsonParser parser) {
    @Nullable String image = null;
    @Nullable String category = null;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      if (key.equals("image_id")) {
        image = CocoCategories.id(parser);
      } else if (key.equals("category_id")) {
        category = CocoCategories.id(parser);
      }
      parser.skipChildren(); // of any other value
    }
    if (image == null || category == null) {
      throw new StreamReadException(
          parser,
          "an annotation lacks an image_id or a category_id; expected COCO's instances, not"
              + " captions or keypoints alone");
    }
    int index = categoryIndex.computeIfAbsent(category, _ -> categoryIndex.size());
    if (index >= MAX_CATEGORIES) {
      throw new StreamReadException(parser, "more than " + MAX_CATEGORIES + " categories");
    }
    shownIn.computeIfAbsent(image, _ -> new BitSet()).set(index);
    annotationsOf.merge(image, 1, Integer::sum);
  }

  /// Joins the three parts.
  private ClassLabels labels(Path file, ClassIndex classes) {
    requireParts(file);
    var source = file.toString();
    var nameOf = new String[categoryIndex.size()];
    var classOf = new OptionalInt[categoryIndex.size()];
    categoryIndex.forEach((id, index) -> {
      var category = categories.get(id);
      nameOf[index] = category == null ? "category_id " + id : category.name();
      classOf[index] =
          classes.ignoresOthers() ? OptionalInt.empty() : find(id, category, source, classes);
    });
    var labels = classes.new Labels(source);
    fileNames.forEach((id, name) -> {
      var shown = labels.image(name, 0);
      shownIn.getOrDefault(id, new BitSet()).stream()
          .mapToObj(
              index -> // other classes are counted for each image, errors are not
              classes.ignoresOthers() ? classes.find(nameOf[index], source) : classOf[index])
          .forEach(found -> found.ifPresent(shown::set));
    });
    addNotes(labels, classes);
    return labels.build();
  }

  private void requireParts(Path file) {
    var missing =
        fileNames.isEmpty() ? "images" : categories.isEmpty() ? "categories" : "annotations";
    if (fileNames.isEmpty() || categories.isEmpty() || !hasAnnotations) {
      throw new DataException(
          "%s has no %s; expected COCO's images, annotations and categories"
              .formatted(file, missing));
    }
  }

  private static OptionalInt find(
      String id, @Nullable Category category, String source, ClassIndex classes) {
    if (category == null) {
      classes.report(
          new DataException(
              ("%s: an annotation has category_id %s, which is not among the categories; add it"
                      + " there or remove its annotations")
                  .formatted(source, DataException.shortened(id))));
      return OptionalInt.empty();
    }
    return classes.find(category.name(), source);
  }

  private void addNotes(ClassIndex.Labels labels, ClassIndex classes) {
    var unknownImages =
        annotationsOf.keySet().stream().filter(id -> !fileNames.containsKey(id)).toList();
    if (!unknownImages.isEmpty()) {
      labels.note(
          "%s annotations skipped, whose image_id is not among the images: %s%s"
              .formatted(
                  unknownImages.stream().mapToInt(id -> annotationsOf.getOrDefault(id, 0)).sum(),
                  String.join(", ", unknownImages.subList(0, Math.min(5, unknownImages.size()))),
                  unknownImages.size() > 5 ? ", …" : ""));
    }
    var unused =
        categories.values().stream()
            .filter(category -> !categoryIndex.containsKey(category.id()))
            .map(Category::name)
            .filter(name -> !classes.contains(name))
            .toList();
    if (!unused.isEmpty()) {
      labels.note(
          "categories without annotations that are no classes: " + String.join(", ", unused));
    }
    var ids = new TreeMap<String, List<String>>();
    categories
        .values()
        .forEach(category ->
            ids.computeIfAbsent(category.name(), _ -> new ArrayList<>()).add(category.id()));
    ids.forEach((name, same) -> {
      if (same.size() > 1) {
        labels.note("category '%s' has ids %s".formatted(name, String.join(" and ", same)));
      }
    });
  }
}
