package toco.annotation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final CocoIds ids;
  private final CocoEntries entries;
  private final Part images;
  private final Part annotations;
  private final Part results;
  private long count; // of annotations

  /// @throws IOException if the folder cannot be written
  CocoFiles(Path folder, List<String> classNames, CocoIds ids, CocoShape shape) throws IOException {
    dataSet = folder.resolve("annotations", "instances_default.json");
    resultList = folder.resolve("results.json");
    this.ids = ids;
    entries = new CocoEntries(classNames, ids.categories(), shape);
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
    var described = CocoEntries.image(id, image.relativePath(), map);
    var regions = ConnectedRegions.of(map);
    var ofDataSet = new ArrayList<Map<String, Object>>();
    var ofResults = new ArrayList<Map<String, Object>>();
    for (var region : regions) {
      var score = CocoEntries.score(region, map, image.scores());
      ofDataSet.add(
          entries.annotation(region, count + ofDataSet.size() + 1, id, score, map.widthPx()));
      ofResults.add(entries.result(region, id, score, map.widthPx()));
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
          Channels.newOutputStream(channel).write(json(entries.categoryList()));
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
