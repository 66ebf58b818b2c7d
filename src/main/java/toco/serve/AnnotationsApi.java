package toco.serve;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.files.Json;
import toco.image.ImageException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Corrections of images' labels, and strokes painted on them.
final class AnnotationsApi {
  private static final long MAX_BYTES = 1 << 20;

  private final @Nullable Corrections corrections;
  private final ServedDataset dataset;
  private final Function<String, ServedImage> images;

  /// @param corrections null: none are taken
  /// @param images by id
  AnnotationsApi(
      @Nullable Corrections corrections,
      ServedDataset dataset,
      Function<String, ServedImage> images) {
    this.corrections = corrections;
    this.dataset = dataset;
    this.images = images;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/api/annotations", this::list),
        new Route("GET", "/api/annotations/{id}", this::read),
        new Route("PUT", "/api/annotations/{id}", this::save),
        new Route("DELETE", "/api/annotations/{id}", this::delete));
  }

  private Corrections enabled() {
    if (corrections == null) {
      throw HttpProblem.forbidden(
          "annotations are not saved; start the server with --annotations DIR");
    }
    return corrections;
  }

  private Answer list(Call call) {
    var all = enabled();
    var entries = new ArrayList<Map<String, @Nullable Object>>();
    boolean hasPhotos = false;
    for (var correction : all.all()) {
      hasPhotos |= correction.photo();
      var entry = new LinkedHashMap<String, @Nullable Object>();
      entry.put("image", correction.photo() ? null : dataset.idOf(correction.name()).orElse(null));
      entry.put("name", correction.name());
      entry.put("labels", correction.labels());
      entry.put("strokes", correction.strokes().size());
      entries.add(entry);
    }
    var json = new LinkedHashMap<String, Object>();
    json.put("folder", String.valueOf(all.folder().root().getFileName()));
    json.put("entries", entries);
    json.put("usage", usage(all, hasPhotos));
    return Answer.json(json);
  }

  /// The command that trains with the corrections.
  private static String usage(Corrections corrections, boolean hasPhotos) {
    var root = corrections.folder().root();
    if (!hasPhotos) {
      return "toco train CONFIG --set 'data.labels=%s' --set 'data.hints=%s'"
          .formatted(root.resolve("labels.csv"), root.resolve("hints"));
    }
    var settings =
        List.of(
            "data.layout=folder",
            "data.root=" + root.resolve("photos"),
            "data.imageDir=.",
            "data.labels=labels.csv",
            "data.trainList=null",
            "data.valList=null",
            "data.testList=null",
            "data.classNames=[" + String.join(", ", corrections.classNames()) + "]",
            "data.hints=" + root.resolve("photo-hints"));
    return "toco train CONFIG"
        + settings.stream().map(" --set '%s'"::formatted).collect(Collectors.joining());
  }

  private Answer read(Call call) {
    var all = enabled();
    var image = images.apply(call.part("id"));
    var found = all.find(image);
    var json = new LinkedHashMap<String, Object>();
    var known = image.labels();
    json.put(
        "labels",
        found.map(Corrections.Correction::labels).orElse(known == null ? List.of() : known));
    json.put("strokes", found.<Object>map(Corrections.Correction::strokes).orElse(List.of()));
    json.put("saved", found.isPresent());
    return Answer.json(json);
  }

  private Answer save(Call call) throws Exception {
    var all = enabled();
    var image = images.apply(call.part("id"));
    if (!call.contentType().equals(Answer.JSON)) {
      throw HttpProblem.unsupportedType("send application/json");
    }
    var json = parse(call.body(MAX_BYTES));
    var labels = labels(json.path("labels"), all.classNames());
    try {
      var strokes = Stroke.read(json.path("strokes"), all.classNames().size(), image.size());
      var saved = all.save(image, labels, strokes);
      return Answer.json(Map.of("files", saved.files(), "hintedPixels", saved.hintedPixels()));
    } catch (ImageException e) {
      throw HttpProblem.conflict(String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode parse(byte[] body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (JacksonException e) {
      throw HttpProblem.badRequest("the body is not JSON");
    }
  }

  private static List<String> labels(JsonNode json, List<String> classNames) {
    if (!json.isArray() || json.size() > classNames.size()) {
      throw HttpProblem.badRequest("labels must be an array of names of classes");
    }
    var labels = new ArrayList<String>();
    for (var node : json) {
      var name = node.isString() ? node.stringValue() : "";
      if (!classNames.contains(name) || labels.contains(name)) {
        throw HttpProblem.badRequest(
            "labels must name classes of the configuration, each once, got %s"
                .formatted(Query.quoted(node.toString())));
      }
      labels.add(name);
    }
    return labels;
  }

  private Answer delete(Call call) {
    var all = enabled();
    return Answer.json(Map.of("files", all.remove(images.apply(call.part("id")))));
  }
}
