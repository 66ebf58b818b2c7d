package toco.prepare;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import toco.config.CocoCategories.Category;
import toco.data.DataException;
import toco.image.LabelMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// Masks of class indices from the regions of a COCO instances file, as the published code's were
/// made (alicranck/coco2voc): where regions overlap, the one with the smallest area is seen. Crowds
/// count.
final class CocoMasks {
  private static final int MAX_PIXELS = 1 << 26;

  private final String source;
  private final List<String> classNames;
  private final Map<String, Image> images = new HashMap<>(); // by file name
  private final Map<String, List<Region>> regions = new HashMap<>(); // by image id
  private SequencedMap<String, Category> categories = new LinkedHashMap<>();

  /// An image of the file.
  private record Image(String id, int width, int height) {}

  /// An object's region.
  ///
  /// @param polygons x and y in turn
  /// @param runs of pixels, instead of polygons
  private record Region(
      String category, double area, List<double[]> polygons, List<double[]> runs) {}

  private CocoMasks(String source, List<String> classNames) {
    this.source = source;
    this.classNames = classNames;
  }

  /// Reads the regions of all images.
  ///
  /// @param classNames foreground classes in label order
  /// @throws DataException naming the file and the line with the error
  static CocoMasks read(Path file, List<String> classNames) {
    var masks = new CocoMasks(file.toString(), classNames);
    try (var parser = CocoCategories.open(file)) {
      parser.nextToken();
      for (var key = parser.nextName(); key != null; key = parser.nextName()) {
        parser.nextToken();
        switch (key) {
          case "categories" -> masks.categories = CocoCategories.parse(parser);
          case "images" -> each(parser, () -> masks.addImage(parser));
          case "annotations" -> each(parser, () -> masks.addRegion(parser));
          default -> parser.skipChildren();
        }
      }
      return masks;
    } catch (JacksonException e) {
      throw new DataException(CocoCategories.describe(file, e), e);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
  }

  /// The mask of an image; background if it shows nothing.
  ///
  /// @param fileName such as `COCO_val2014_000000000042.jpg`
  /// @throws DataException if the file does not have the image
  LabelMap mask(String fileName) {
    var image = images.get(fileName);
    if (image == null) {
      throw new DataException("%s has no image '%s'".formatted(source, fileName));
    }
    var labels = new byte[image.width * image.height];
    regions.getOrDefault(image.id, List.of()).stream()
        .sorted(Comparator.comparingDouble(Region::area))
        .forEach(region -> paint(region, image, labels));
    return new LabelMap(MemorySegment.ofArray(labels), image.width, image.height);
  }

  private void paint(Region region, Image image, byte[] labels) {
    var fill = new RegionFill(image.width, image.height);
    region.polygons.forEach(fill::addPolygon);
    region.runs.forEach(fill::addRuns);
    int label = label(region.category);
    fill.inside().stream()
        .forEach(pixel -> {
          int at = pixel % image.height * image.width + pixel / image.height;
          if (labels[at] == 0) {
            labels[at] = (byte) label;
          }
        });
  }

  private int label(String id) {
    var category = categories.get(id);
    int index = category == null ? -1 : classNames.indexOf(category.name());
    if (index < 0) {
      throw new DataException("%s: category_id %s is no class".formatted(source, id));
    }
    return index + 1;
  }

  private static void each(JsonParser parser, Runnable element) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "expected an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.isExpectedStartObjectToken()) {
        throw new StreamReadException(parser, "expected an object");
      }
      element.run();
    }
  }

  private void addImage(JsonParser parser) {
    @Nullable String id = null;
    @Nullable String name = null;
    int width = 0;
    int height = 0;
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      switch (key) {
        case "id" -> id = CocoCategories.id(parser);
        case "file_name" -> name = parser.getString();
        case "width" -> width = parser.getIntValue();
        case "height" -> height = parser.getIntValue();
        default -> parser.skipChildren();
      }
    }
    if (id == null || name == null || width < 1 || height < 1) {
      throw new StreamReadException(parser, "an image lacks id, file_name, width or height");
    }
    if ((long) width * height > MAX_PIXELS) {
      throw new StreamReadException(parser, "an image has %s×%s px".formatted(width, height));
    }
    images.put(name, new Image(id, width, height));
  }

  private void addRegion(JsonParser parser) {
    @Nullable String image = null;
    @Nullable String category = null;
    double area = 0;
    var polygons = new ArrayList<double[]>();
    var runs = new ArrayList<double[]>();
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      var token = parser.nextToken();
      switch (key) {
        case "image_id" -> image = CocoCategories.id(parser);
        case "category_id" -> category = CocoCategories.id(parser);
        case "area" -> area = parser.getDoubleValue();
        case "segmentation" -> {
          if (token == JsonToken.START_OBJECT) {
            runs.add(runs(parser));
          } else {
            polygons(parser, polygons);
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (image == null || category == null) {
      throw new StreamReadException(parser, "an annotation lacks an image_id or a category_id");
    }
    regions
        .computeIfAbsent(image, _ -> new ArrayList<>(1))
        .add(new Region(category, area, List.copyOf(polygons), List.copyOf(runs)));
  }

  private static void polygons(JsonParser parser, List<double[]> polygons) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "a segmentation is neither polygons nor runs");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      polygons.add(numbers(parser));
    }
  }

  private static double[] runs(JsonParser parser) {
    double[] runs = {};
    for (var key = parser.nextName(); key != null; key = parser.nextName()) {
      parser.nextToken();
      if (key.equals("counts")) {
        runs = numbers(parser);
      } else {
        parser.skipChildren();
      }
    }
    return runs;
  }

  private static double[] numbers(JsonParser parser) {
    if (!parser.isExpectedStartArrayToken()) {
      throw new StreamReadException(parser, "expected an array of numbers");
    }
    var numbers = new double[16];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      numbers = count == numbers.length ? Arrays.copyOf(numbers, 2 * count) : numbers;
      numbers[count++] = parser.getDoubleValue();
    }
    return Arrays.copyOf(numbers, count);
  }
}
