package toco.serve;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// The server's API over drawn scenes: images, what two networks would make of them, corrections
/// and runs, all in memory.
final class StandInApi {
  private static final int LISTED = 12;
  private static final List<String> COLOURS =
      List.of("#800000", "#008000", "#808000", "#000080", "#800080", "#008080", "#808080");
  private static final Map<Integer, DrawnScene> SCENES = new ConcurrentHashMap<>();

  final Map<String, JsonNode> annotations = new ConcurrentHashMap<>();
  final List<StandInRun> runs = new CopyOnWriteArrayList<>();
  volatile boolean savesCorrections = true;
  private final AtomicInteger uploads = new AtomicInteger();

  /// @param uri below `/api/`
  StandInAnswer answer(String method, URI uri, byte[] body) throws IOException {
    var parts = uri.getPath().substring("/api/".length()).split("/");
    var query = query(uri);
    return switch (parts[0]) {
      case "health" -> StandInAnswer.json(Map.of("status", "ok"));
      case "info" -> StandInAnswer.json(info());
      case "images" ->
          parts.length > 1
              ? image(parts[1], parts.length > 2 ? parts[2] : "", query)
              : method.equals("POST") ? upload(query, body) : listed(query);
      case "annotations" -> annotation(method, parts.length > 1 ? parts[1] : "", body);
      case "runs" -> run(parts, query);
      default -> StandInAnswer.problem(404, "not_found", "There is no such address.");
    };
  }

  private static Map<String, String> query(URI uri) {
    var values = new LinkedHashMap<String, String>();
    if (uri.getQuery() != null) {
      for (var pair : uri.getQuery().split("&")) {
        var parts = pair.split("=", 2);
        values.put(parts[0], parts[1]);
      }
    }
    return values;
  }

  private Map<String, Object> info() {
    var info = new LinkedHashMap<String, Object>();
    info.put("version", "0");
    info.put("device", "cpu");
    info.put(
        "networks",
        List.of(network("main", "with-contrasts"), network("compare", "without-contrasts")));
    info.put("protocol", "voc");
    info.put("crfProtocol", "voc-crf");
    info.put("background", Map.of("name", "background", "label", 0, "colour", "#000000"));
    info.put(
        "classes",
        IntStream.rangeClosed(1, DrawnScene.CLASSES.size())
            .mapToObj(label ->
                Map.of(
                    "label", label,
                    "name", DrawnScene.CLASSES.get(label - 1),
                    "colour", COLOURS.get(label - 1)))
            .toList());
    info.put("thresholds", Map.of("low", 0.25, "high", 0.7));
    info.put("limits", Map.of("uploadBytes", 2_000_000, "pixels", 4_000_000));
    info.put("splits", List.of(Map.of("split", "val", "size", LISTED)));
    info.put("annotations", Map.of("enabled", savesCorrections, "folder", "corrections"));
    info.put("runs", Map.of("enabled", true));
    return info;
  }

  private static Map<String, Object> network(String id, String run) {
    return Map.of(
        "id",
        id,
        "name",
        "step-000600.safetensors",
        "run",
        run,
        "recipe",
        "toco",
        "backbone",
        "deit_small",
        "blocks",
        StandInMaps.BLOCKS,
        "gridH",
        StandInMaps.GRID_H,
        "gridW",
        StandInMaps.GRID_W,
        "hasMaps",
        true);
  }

  private static DrawnScene scene(String id) {
    int number = Integer.parseInt(id.substring(id.indexOf('-') + 1));
    return SCENES.computeIfAbsent(number, DrawnScene::new);
  }

  private StandInAnswer listed(Map<String, String> query) {
    int from = Integer.parseInt(query.get("from"));
    int count = Math.min(Integer.parseInt(query.get("count")), LISTED - from);
    var images =
        IntStream.range(from, from + count)
            .mapToObj(i ->
                Map.of(
                    "id", "val-" + i,
                    "name", "scene_%02d".formatted(i),
                    "labels", scene("val-" + i).classNames(),
                    "annotated", annotations.containsKey("val-" + i)))
            .toList();
    return StandInAnswer.json(
        Map.of("split", "val", "size", LISTED, "from", from, "images", images));
  }

  private StandInAnswer upload(Map<String, String> query, byte[] body) throws IOException {
    if (ImageIO.read(new ByteArrayInputStream(body)) == null) {
      return StandInAnswer.problem(
          400, "bad_request", "This is no image that can be read; send JPEG, PNG or WebP.");
    }
    var name = query.getOrDefault("name", "image").replaceFirst("\\.[^.]*$", "");
    return new StandInAnswer(
        201,
        "application/json",
        Json.MAPPER.writeValueAsBytes(described("up-" + uploads.getAndIncrement(), name)));
  }

  private static Map<String, Object> described(String id, String name) {
    var image = new LinkedHashMap<String, Object>();
    image.put("id", id);
    image.put("name", name);
    image.put("widthPx", DrawnScene.WIDTH_PX);
    image.put("heightPx", DrawnScene.HEIGHT_PX);
    image.put("labels", null);
    return image;
  }

  private StandInAnswer image(String id, String what, Map<String, String> query) {
    var scene = scene(id);
    var network = query.getOrDefault("network", "main");
    var maps = new StandInMaps(scene, network.equals("main") ? 0.45 : 0.93);
    var tensors = "application/vnd.safetensors";
    return switch (what) {
      case "pixels" -> new StandInAnswer(200, "image/png", scene.png());
      case "thumbnail" -> new StandInAnswer(200, "image/png", scene.thumbnail());
      case "analysis" -> new StandInAnswer(200, tensors, maps.analysis(id, network));
      case "crf" -> new StandInAnswer(200, tensors, maps.crf(id, network));
      case "similarity" ->
          new StandInAnswer(
              200,
              tensors,
              maps.similarity(
                  Integer.parseInt(query.get("row")), Integer.parseInt(query.get("column"))));
      default -> {
        var image = described(id, "scene_" + id.substring(id.indexOf('-') + 1));
        image.put("labels", scene.classNames());
        yield StandInAnswer.json(image);
      }
    };
  }

  private StandInAnswer annotation(String method, String id, byte[] body) {
    if (id.isEmpty()) {
      var entries = new ArrayList<Map<String, Object>>();
      annotations.forEach((image, saved) ->
          entries.add(
              Map.of(
                  "image",
                  image,
                  "name",
                  image,
                  "labels",
                  saved.path("labels"),
                  "strokes",
                  saved.path("strokes").size())));
      var usage = "toco train … --set data.hints=corrections/hints";
      return StandInAnswer.json(
          Map.of("folder", "corrections", "entries", entries, "usage", usage));
    }
    switch (method) {
      case "PUT" -> {
        annotations.put(id, Json.MAPPER.readTree(body));
        return StandInAnswer.json(
            Map.of("files", List.of("labels.csv", "hints/" + id + ".png"), "hintedPixels", 1234));
      }
      case "DELETE" -> {
        annotations.remove(id);
        return StandInAnswer.json(Map.of("files", List.of()));
      }
      default -> {
        var saved = annotations.get(id);
        return saved == null
            ? StandInAnswer.json(
                Map.of("labels", scene(id).classNames(), "strokes", List.of(), "saved", false))
            : StandInAnswer.json(
                Map.of(
                    "labels",
                    saved.path("labels"),
                    "strokes",
                    saved.path("strokes"),
                    "saved",
                    true));
      }
    }
  }

  private StandInAnswer run(String[] parts, Map<String, String> query) {
    if (parts.length == 1) {
      return StandInAnswer.json(Map.of("runs", runs.stream().map(StandInRun::summary).toList()));
    }
    var found = runs.stream().filter(run -> run.id().equals(parts[1])).findFirst();
    if (found.isEmpty()) {
      return StandInAnswer.problem(404, "not_found", "There is no such run.");
    }
    return switch (parts.length > 2 ? parts[2] : "") {
      case "metrics" ->
          StandInAnswer.json(found.get().metrics(Integer.parseInt(query.get("from"))));
      case "pictures" ->
          new StandInAnswer(
              200, "image/png", scene("run-" + Integer.parseInt(parts[3]) / 100).png());
      default -> StandInAnswer.json(found.get().details());
    };
  }
}
