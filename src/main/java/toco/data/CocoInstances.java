package toco.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import toco.config.CocoCategories.Category;
import tools.jackson.core.JsonParser;
import tools.jackson.core.exc.StreamReadException;

/// Reads labels from a JSON file in the form of COCO's instances, [CocoFile].
///
/// An image shows the categories of its annotations, crowds included. Other fields of an annotation
/// are skipped, so memory use depends only on the number of images, not on the size of the file.
/// There may be any number of categories and any ids, numbers or text; the names of the categories
/// must be classes. Annotations of images that are not in the file are skipped and counted.
final class CocoInstances {
  private static final int MAX_CATEGORIES =
      1024; // four times the largest number of classes of a network

  private final Map<String, BitSet> shownIn = new HashMap<>(); // bits are values of `categoryIndex`
  private final Map<String, Integer> annotationsOf = new LinkedHashMap<>(); // number by image id
  private final Map<String, Integer> categoryIndex = new LinkedHashMap<>(); // by category id

  private CocoInstances() {}

  /// @return the labels by the images' file names
  /// @throws DataException naming the file and the line with the error
  static ClassLabels read(Path file, ClassIndex classes) {
    var instances = new CocoInstances();
    var parts = CocoFile.read(file, instances::parseAnnotation);
    return instances.labels(file, parts, classes);
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
  private ClassLabels labels(Path file, CocoFile parts, ClassIndex classes) {
    var source = file.toString();
    var nameOf = new String[categoryIndex.size()];
    var classOf = new OptionalInt[categoryIndex.size()];
    categoryIndex.forEach((id, index) -> {
      var category = parts.categories().get(id);
      nameOf[index] = category == null ? "category_id " + id : category.name();
      classOf[index] =
          classes.ignoresOthers()
              ? OptionalInt.empty()
              : find(id, category, parts, source, classes);
    });
    var labels = classes.new Labels(source);
    parts
        .fileNames()
        .forEach((id, name) -> {
          var shown = labels.image(name, 0);
          shownIn.getOrDefault(id, new BitSet()).stream()
              .mapToObj(
                  index -> // other classes are counted for each image, errors are not
                  classes.ignoresOthers() ? classes.find(nameOf[index], source) : classOf[index])
              .forEach(found -> found.ifPresent(shown::set));
        });
    addNotes(labels, parts, classes);
    return labels.build();
  }

  private static OptionalInt find(
      String id, @Nullable Category category, CocoFile parts, String source, ClassIndex classes) {
    if (category == null) {
      classes.report(parts.unknownCategory(id));
      return OptionalInt.empty();
    }
    return classes.find(category.name(), source);
  }

  private void addNotes(ClassIndex.Labels labels, CocoFile parts, ClassIndex classes) {
    var unknownImages =
        annotationsOf.keySet().stream().filter(id -> !parts.fileNames().containsKey(id)).toList();
    if (!unknownImages.isEmpty()) {
      labels.note(
          "%s annotations skipped, whose image_id is not among the images: %s%s"
              .formatted(
                  unknownImages.stream().mapToInt(id -> annotationsOf.getOrDefault(id, 0)).sum(),
                  String.join(", ", unknownImages.subList(0, Math.min(5, unknownImages.size()))),
                  unknownImages.size() > 5 ? ", …" : ""));
    }
    var unused =
        parts.categories().values().stream()
            .filter(category -> !categoryIndex.containsKey(category.id()))
            .map(Category::name)
            .filter(name -> !classes.contains(name))
            .toList();
    if (!unused.isEmpty()) {
      labels.note(
          "categories without annotations that are no classes: " + String.join(", ", unused));
    }
    var ids = new TreeMap<String, List<String>>();
    parts
        .categories()
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
