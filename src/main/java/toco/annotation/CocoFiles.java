package toco.annotation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.files.AtomicFile;
import toco.files.Json;
import toco.files.Spool;

/// COCO's JSON of many images:
///
/// ```
/// FOLDER/annotations/instances_default.json   images, annotations and categories
/// FOLDER/results.json                         the list that pycocotools' loadRes reads
/// ```
///
/// An annotation is a connected region. Both files have its score, the mean over its pixels, where
/// scores are known; else it is 1. Ignored pixels are in no annotation.
final class CocoFiles implements GrowingFile {
  private final Path dataSet;
  private final Path resultList;
  private final List<String> classNames;
  private final CocoIds ids;
  private final CocoShape shape;
  private final Part images;
  private final Part annotations;
  private final Part results;
  private long count; // of annotations

  /// @throws IOException if the folder cannot be written
  CocoFiles(Path folder, List<String> classNames, CocoIds ids, CocoShape shape) throws IOException {
    dataSet = folder.resolve("annotations", "instances_default.json");
    resultList = folder.resolve("results.json");
    this.classNames = classNames;
    this.ids = ids;
    this.shape = shape;
    Files.createDirectories(folder);
    images = new Part(folder);
    annotations = new Part(folder);
    results = new Part(folder);
  }

  /// The elements of a JSON array.
  private static final class Part implements AutoCloseable {
    private final Spool spool;
    private boolean isEmpty = true;

    Part(Path folder) throws IOException {
      spool = Spool.in(folder);
    }

    void append(byte[] elements) throws IOException {
      if (elements.length > 0) {
        spool.out().write((isEmpty ? "\n" : ",\n").getBytes(StandardCharsets.US_ASCII));
        spool.out().write(elements);
        isEmpty = false;
      }
    }

    @Override
    public void close() throws IOException {
      spool.close();
    }
  }

  @Override
  public Addition encode(LabelledImage image) {
    var map = image.labels();
    long id = ids.images()[image.index()];
    var described = new LinkedHashMap<String, Object>();
    described.put("id", id);
    described.put("width", map.widthPx());
    described.put("height", map.heightPx());
    described.put("file_name", image.relativePath());
    var regions = ConnectedRegions.of(map);
    var ofDataSet = new ArrayList<Map<String, Object>>();
    var ofResults = new ArrayList<Map<String, Object>>();
    for (var region : regions) {
      var score = score(region, image);
      ofDataSet.add(annotation(region, count + ofDataSet.size() + 1, id, score, map.widthPx()));
      ofResults.add(result(region, id, score, map.widthPx()));
    }
    var imageJson = json(List.of(described));
    var annotationJson = json(ofDataSet);
    var resultJson = json(ofResults);
    return () -> {
      images.append(imageJson);
      annotations.append(annotationJson);
      results.append(resultJson);
      count += regions.size();
    };
  }

  private static double score(Region region, LabelledImage image) {
    double mean =
        image.scores() == null ? 1 : region.mean(image.scores(), image.labels().widthPx());
    return Math.round(mean * 1e6) / 1e6;
  }

  private Map<String, Object> annotation(
      Region region, long id, long image, double score, int widthPx) {
    var box = region.box();
    var annotation = new LinkedHashMap<String, Object>();
    annotation.put("id", id);
    annotation.put("image_id", image);
    annotation.put("category_id", ids.categories()[region.label() - 1]);
    annotation.put("segmentation", segmentation(region, widthPx));
    annotation.put("area", region.area());
    annotation.put("bbox", List.of(box.x(), box.y(), box.width(), box.height()));
    annotation.put("iscrowd", 0);
    annotation.put("score", score);
    return annotation;
  }

  /// A result with a box would be scored by its box's area.
  private Map<String, Object> result(Region region, long image, double score, int widthPx) {
    var result = new LinkedHashMap<String, Object>();
    result.put("image_id", image);
    result.put("category_id", ids.categories()[region.label() - 1]);
    result.put("segmentation", runs(region, widthPx));
    result.put("score", score);
    return result;
  }

  private Object segmentation(Region region, int widthPx) {
    var polygons = shape == CocoShape.POLYGON ? Outline.of(region) : List.<int[]>of();
    return polygons.isEmpty() ? runs(region, widthPx) : polygons;
  }

  private static Map<String, Object> runs(Region region, int widthPx) {
    var runs = new LinkedHashMap<String, Object>();
    runs.put("size", List.of(region.heightPx(), widthPx));
    runs.put("counts", region.compressedCounts(widthPx * region.heightPx()));
    return runs;
  }

  /// The elements with commas between, one per line.
  private static byte[] json(List<? extends Map<String, Object>> elements) {
    var bytes = new ByteArrayOutputStream();
    for (var element : elements) {
      if (bytes.size() > 0) {
        bytes.writeBytes(",\n".getBytes(StandardCharsets.US_ASCII));
      }
      bytes.writeBytes(Json.MAPPER.writeValueAsBytes(element));
    }
    return bytes.toByteArray();
  }

  @Override
  public List<Path> finish() throws IOException {
    AtomicFile.writeDurably(
        dataSet,
        channel -> {
          text(channel, "{\"info\":{\"description\":\"made by ToCo\"},\"licenses\":[],\n");
          text(channel, "\"categories\":[\n");
          Channels.newOutputStream(channel).write(json(categories()));
          text(channel, "],\n\"images\":[");
          images.spool.copyTo(channel);
          text(channel, "],\n\"annotations\":[");
          annotations.spool.copyTo(channel);
          text(channel, "]}\n");
        });
    AtomicFile.writeDurably(
        resultList,
        channel -> {
          text(channel, "[");
          results.spool.copyTo(channel);
          text(channel, "]\n");
        });
    return List.of(dataSet, resultList);
  }

  private List<Map<String, Object>> categories() {
    var categories = new ArrayList<Map<String, Object>>();
    for (int k = 0; k < classNames.size(); k++) {
      var category = new LinkedHashMap<String, Object>();
      category.put("id", ids.categories()[k]);
      category.put("name", classNames.get(k));
      category.put("supercategory", "");
      categories.add(category);
    }
    return categories;
  }

  private static void text(WritableByteChannel channel, String text) throws IOException {
    Channels.newOutputStream(channel).write(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    try (images;
        annotations;
        results) {
      // each is closed, whatever closing another throws
    }
  }
}
