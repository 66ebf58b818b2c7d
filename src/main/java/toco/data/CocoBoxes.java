package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// Reads the boxes of objects from a JSON file in COCO's form: `bbox` is `[x, y, width, height]`,
/// in pixels from the upper left corner of the image. Boxes of crowds are skipped.
final class CocoBoxes {
  private final Map<String, List<Annotation>> annotationsOf = new LinkedHashMap<>(); // by image id

  private CocoBoxes() {}

  /// @param category id of its category
  /// @param bbox x, y, width, height
  /// @param line where it ends
  private record Annotation(String category, List<Double> bbox, int line) {}

  /// @return the boxes by the names of the split's images
  static SequencedMap<String, List<ClassBox>> read(
      Path file, ClassIndex classes, AnnotatedImages images) {
    var boxes = new CocoBoxes();
    var parts = CocoFile.read(file, boxes::parse);
    var all = new LinkedHashMap<String, List<ClassBox>>();
    boxes.annotationsOf.forEach((id, annotations) -> {
      var reference = parts.fileNames().get(id);
      try {
        var image =
            reference == null ? Optional.<String>empty() : images.find(reference, file.toString());
        image.ifPresent(name ->
            all.computeIfAbsent(name, _ -> new ArrayList<>())
                .addAll(boxes(name, annotations, parts, file, classes)));
      } catch (DataException e) {
        classes.report(e);
      }
    });
    return all;
  }

  private static List<ClassBox> boxes(
      String image, List<Annotation> annotations, CocoFile parts, Path file, ClassIndex classes) {
    var found = new ArrayList<ClassBox>();
    for (var annotation : annotations) {
      try {
        box(image, annotation, parts, file, classes).ifPresent(found::add);
      } catch (DataException e) {
        classes.report(e);
      }
    }
    return found;
  }

  private static Optional<ClassBox> box(
      String image, Annotation annotation, CocoFile parts, Path file, ClassIndex classes) {
    var category = parts.categories().get(annotation.category);
    if (category == null) {
      throw parts.unknownCategory(annotation.category);
    }
    var where = file + ":" + annotation.line;
    var k = classes.find(category.name(), where);
    if (k.isEmpty()) {
      return Optional.empty();
    }
    var bbox = annotation.bbox;
    var box =
        new ClassBox(
            k.getAsInt() + 1,
            bbox.get(0),
            bbox.get(1),
            bbox.get(0) + bbox.get(2),
            bbox.get(1) + bbox.get(3));
    BoxSource.requireArea(
        box, "%s of class %s in %s".formatted(bbox, category.name(), image), where);
    return Optional.of(box);
  }

  private void parse(JsonParser parser) {
    @Nullable String image = null;
    @Nullable String category = null;
    @Nullable List<Double> bbox = null;
    boolean isCrowd = false;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      switch (key) {
        case "image_id" -> image = CocoCategories.id(parser);
        case "category_id" -> category = CocoCategories.id(parser);
        case "iscrowd" ->
            isCrowd =
                token == JsonToken.VALUE_TRUE
                    || (token.isNumeric() && parser.getDoubleValue() != 0);
        case "bbox" -> bbox = bbox(parser);
        default -> {}
      }
      parser.skipChildren(); // of any other value
    }
    if (isCrowd) {
      return;
    }
    if (image == null || category == null || bbox == null) {
      throw new StreamReadException(
          parser, "an annotation lacks an image_id, a category_id or a bbox");
    }
    annotationsOf
        .computeIfAbsent(image, _ -> new ArrayList<>())
        .add(new Annotation(category, bbox, parser.currentLocation().getLineNr()));
  }

  /// The parser is at the value, and afterwards at its end.
  private static List<Double> bbox(JsonParser parser) {
    var numbers = new ArrayList<Double>();
    if (parser.isExpectedStartArrayToken()) {
      for (var token = parser.nextToken(); token.isNumeric(); token = parser.nextToken()) {
        numbers.add(parser.getDoubleValue());
      }
    }
    if (numbers.size() != 4 || parser.currentToken() != JsonToken.END_ARRAY) {
      throw new StreamReadException(parser, "a bbox must be [x, y, width, height]");
    }
    return List.copyOf(numbers);
  }
}
