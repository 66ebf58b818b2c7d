package toco.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.eval.MapKind;
import tools.jackson.databind.JsonNode;

/// An evaluation's line of `metrics.jsonl`. Shares lie in 0…1; what the line lacks, or had nothing
/// to count, is NaN.
///
/// @param step steps done
/// @param images how many were scored
/// @param miou by kind of map; the kinds that were scored
/// @param pixelAccuracy of the segmentation
/// @param iou by class, background first, and kind of map
/// @param confusion pixels of the segmentation, a row a true class; empty if the line has none
/// @param seconds that it took
public record LoggedEvaluation(
    long step,
    double images,
    Map<MapKind, Double> miou,
    double classF1,
    double patchCosine,
    double pixelAccuracy,
    Map<String, Map<MapKind, Double>> iou,
    List<List<Long>> confusion,
    double seconds) {

  static LoggedEvaluation of(JsonNode line) {
    var scores = line.get("evaluation");
    var miou = new EnumMap<MapKind, Double>(MapKind.class);
    for (var kind : MapKind.values()) {
      if (scores.has(kind.key() + "Miou")) {
        miou.put(kind, Json.number(scores, kind.key() + "Miou"));
      }
    }
    var iou = new LinkedHashMap<String, Map<MapKind, Double>>();
    for (var row : scores.path("perClass").properties()) {
      var ofClass = new EnumMap<MapKind, Double>(MapKind.class);
      miou.keySet().forEach(kind -> ofClass.put(kind, Json.number(row.getValue(), kind.key())));
      iou.put(row.getKey(), ofClass);
    }
    return new LoggedEvaluation(
        line.get("step").asLong(),
        Json.number(scores, "images"),
        Collections.unmodifiableMap(miou),
        Json.number(scores, "classF1"),
        Json.number(scores, "patchCosine"),
        Json.number(scores.path("pixelAccuracy"), MapKind.SEG.key()),
        Collections.unmodifiableMap(iou),
        confusion(line.path("segConfusion"), iou.size()),
        Json.number(line, "seconds"));
  }

  /// Mean IoU of a kind of map.
  public double miou(MapKind kind) {
    return miou.getOrDefault(kind, Double.NaN);
  }

  /// A table of the wrong shape counts as none.
  private static List<List<Long>> confusion(JsonNode table, int classes) {
    var rows = new ArrayList<List<Long>>();
    for (var row : table.values()) {
      var counts = row.values().stream().map(count -> count.asLong(-1)).toList();
      if (counts.size() != classes || counts.stream().anyMatch(count -> count < 0)) {
        return List.of();
      }
      rows.add(counts);
    }
    return rows.size() == classes ? List.copyOf(rows) : List.of();
  }
}
