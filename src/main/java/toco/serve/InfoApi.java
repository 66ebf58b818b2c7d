package toco.serve;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.host.Program;
import toco.image.VocPalette;

/// What the page needs to know once.
final class InfoApi {
  private final Answer info;

  InfoApi(
      Networks networks,
      ServedDataset dataset,
      ServeLimits limits,
      @Nullable Corrections corrections,
      ShownRuns runs) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("version", Program.version().orElse("run from classes"));
    json.put(
        "device", networks.main().map(main -> main.network().device().toString()).orElse("none"));
    json.put("networks", networks.all().stream().map(ServedNetwork::describe).toList());
    networks.main().ifPresent(main -> putMain(json, main));
    json.putIfAbsent("classes", List.of());
    json.put("background", classEntry(0, "background"));
    json.put("limits", Map.of("uploadBytes", limits.uploadBytes(), "pixels", limits.pixels()));
    json.put("splits", splits(dataset));
    json.put("annotations", annotations(corrections));
    json.put("runs", Map.of("enabled", !runs.isEmpty()));
    info = Answer.json(json).with("Cache-Control", "no-store");
  }

  List<Route> routes() {
    return List.of(new Route("GET", "/api/info", _ -> info));
  }

  private static void putMain(Map<String, @Nullable Object> json, ServedNetwork main) {
    var config = main.config();
    json.put("protocol", main.protocol(false).toString());
    json.put(
        "crfProtocol",
        ServedNetwork.withCrf(main.protocol(false)).map(Object::toString).orElse(null));
    json.put("mapSizePx", config.eval().sizePx());
    var classes = new ArrayList<Map<String, Object>>();
    for (int k = 0; k < config.data().classNames().size(); k++) {
      classes.add(classEntry(k + 1, config.data().classNames().get(k)));
    }
    json.put("classes", classes);
    json.put(
        "thresholds",
        Map.of("low", config.cam().lowThreshold(), "high", config.cam().highThreshold()));
  }

  private static Map<String, Object> classEntry(int label, String name) {
    var entry = new LinkedHashMap<String, Object>();
    entry.put("label", label);
    entry.put("name", name);
    entry.put("colour", "#" + HexFormat.of().toHexDigits(VocPalette.rgb(label), 6));
    return entry;
  }

  private static List<Map<String, Object>> splits(ServedDataset dataset) {
    var splits = new ArrayList<Map<String, Object>>();
    dataset
        .splits()
        .forEach((split, images) ->
            splits.add(Map.of("split", split.toString(), "size", images.size())));
    return splits;
  }

  private static Map<String, @Nullable Object> annotations(@Nullable Corrections corrections) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("enabled", corrections != null);
    json.put(
        "folder",
        corrections == null ? null : String.valueOf(corrections.folder().root().getFileName()));
    return json;
  }
}
