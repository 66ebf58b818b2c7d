package toco.annotation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import toco.config.CocoCategories;
import toco.config.DataConfig;
import toco.config.Layout;
import toco.config.Split;
import toco.data.DataException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/// The numbers by which a COCO file calls classes and images: those of the data set where it is
/// COCO or is labelled by a COCO file, so that results can be compared with its annotations. Other
/// classes are numbered as in label maps, other images by their position, from 1.
///
/// @param categories ids of the classes, \[K]
/// @param images ids of the images, in their order
@SuppressWarnings("ArrayRecordComponent") // never compared
record CocoIds(long[] categories, long[] images) {
  private static final Pattern NUMBERED =
      Pattern.compile("(?:COCO_[a-z]+\\d{4}_)?(\\d{12})\\.[A-Za-z]+");

  /// COCO's 80 categories have ids up to 90, without these.
  private static final Set<Long> UNUSED = Set.of(12L, 26L, 29L, 30L, 45L, 66L, 68L, 69L, 71L, 83L);

  /// Numbers of a file by name; only those that are whole numbers.
  private record Numbers(Map<String, Long> categories, Map<String, Long> images) {}

  /// @param images paths of the images, relative to their folder
  /// @throws DataException if the data set's labels are a `.json` file that is damaged
  static CocoIds of(DataConfig data, List<String> images) {
    long[] classes = null;
    long[] files = null;
    if (data.layout() == Layout.COCO) {
      classes = all(data.classNames(), published()::get);
      files = all(images, CocoIds::number);
    }
    for (var json : labelFiles(data)) {
      if (classes == null || files == null) {
        var read = read(json);
        classes = classes != null ? classes : all(data.classNames(), read.categories::get);
        files = files != null ? files : all(images, path -> imageId(path, read.images));
      }
    }
    return new CocoIds(
        classes != null ? classes : LongStream.rangeClosed(1, data.classNames().size()).toArray(),
        files != null ? files : LongStream.rangeClosed(1, images.size()).toArray());
  }

  /// The ids of all names; null if one has none or two have the same.
  private static long @Nullable [] all(List<String> names, Function<String, @Nullable Long> id) {
    var ids = new long[names.size()];
    var seen = new HashSet<Long>();
    for (int i = 0; i < ids.length; i++) {
      var found = id.apply(names.get(i));
      if (found == null || !seen.add(found)) {
        return null;
      }
      ids[i] = found;
    }
    return ids;
  }

  private static Map<String, Long> published() {
    var ids = new HashMap<String, Long>();
    long id = 0;
    for (var name : Layout.COCO.classNames()) {
      do {
        id++;
      } while (UNUSED.contains(id));
      ids.put(name, id);
    }
    return ids;
  }

  private static @Nullable Long number(String path) {
    var matcher = NUMBERED.matcher(last(path));
    return matcher.matches() ? Long.valueOf(matcher.group(1)) : null;
  }

  private static @Nullable Long imageId(String path, Map<String, Long> ids) {
    var exact = ids.get(path);
    return exact != null ? exact : ids.get(last(path));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static Set<Path> labelFiles(DataConfig data) {
    var files = new LinkedHashSet<Path>();
    for (var split : Split.values()) {
      var labels = data.labelsPath(split);
      if (labels.toString().toLowerCase(Locale.ROOT).endsWith(".json")
          && Files.isRegularFile(labels)) {
        files.add(labels);
      }
    }
    return files;
  }

  /// @return nothing for a file of another tool
  private static Numbers read(Path file) {
    var categories = new HashMap<String, Long>();
    var images = new LinkedHashMap<String, Long>();
    try (var parser = CocoCategories.open(file)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        for (var key = parser.nextName(); key != null; key = parser.nextName()) {
          parser.nextToken();
          switch (key) {
            case "categories" ->
                CocoCategories.parse(parser)
                    .values()
                    .forEach(category -> put(categories, category.name(), category.id()));
            case "images" -> readImages(parser, images);
            default -> parser.skipChildren();
          }
        }
      }
    } catch (JacksonException e) {
      throw new DataException(CocoCategories.describe(file, e), e);
    } catch (IOException e) {
      throw new DataException("cannot read %s: %s".formatted(file, e), e);
    }
    return new Numbers(categories, images);
  }

  private static void readImages(JsonParser parser, Map<String, Long> images) {
    if (!parser.isExpectedStartArrayToken()) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (!parser.isExpectedStartObjectToken()) {
        throw new StreamReadException(parser, "an image is not an object");
      }
      String id = null;
      String name = null;
      for (var key = parser.nextName(); key != null; key = parser.nextName()) {
        var token = parser.nextToken();
        if (key.equals("id")) {
          id = CocoCategories.id(parser);
        } else if (key.equals("file_name") && token == JsonToken.VALUE_STRING) {
          name = parser.getString().replace('\\', '/');
        }
        parser.skipChildren(); // of any other value
      }
      put(images, name, id);
    }
  }

  private static void put(Map<String, Long> ids, @Nullable String name, @Nullable String id) {
    if (name != null && id != null && id.matches("\\d{1,18}")) {
      ids.putIfAbsent(name, Long.valueOf(id));
    }
  }
}
