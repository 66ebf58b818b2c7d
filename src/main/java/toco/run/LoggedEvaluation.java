package toco.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.eval.ConfusionMatrix;
import toco.eval.MapKind;
import toco.eval.ScoreKeys;
import toco.eval.Scores;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// An evaluation's line of `metrics.jsonl`. Scores are in 0…1; one that the line does not have, or
/// that had nothing to count, is NaN.
///
/// @param step steps done
/// @param scores all of them, as [Scores#toJson] writes them; not copied
/// @param confusion pixels of the segmentation, one row per true class; empty if the line has none
/// @param seconds that the evaluation took
/// @param network the name of the scored network; null: the one that the recipe evaluates
public record LoggedEvaluation(
    long step,
    JsonNode scores,
    List<List<Long>> confusion,
    double seconds,
    @Nullable String network)
    implements LogLine {
  private static final String NETWORK = "network";
  private static final String EVALUATION = "evaluation";
  private static final String CONFUSION = "segConfusion";
  private static final String SECONDS = "seconds";

  public LoggedEvaluation {
    confusion = List.copyOf(confusion);
  }

  /// The line of an evaluation that has just ended.
  ///
  /// @param network the name of the scored network; null: the one that the recipe evaluates
  /// @param classNames foreground classes, in label order
  public static LoggedEvaluation of(
      long step, @Nullable String network, Scores scores, List<String> classNames, double seconds) {
    var seg = scores.maps().get(toco.eval.MapKind.SEG);
    return new LoggedEvaluation(
        step,
        Json.MAPPER.valueToTree(scores.toJson(classNames)),
        seg == null ? List.of() : rows(seg.matrix()),
        seconds,
        network);
  }

  /// Whether a line of `metrics.jsonl` is of this kind.
  static boolean matches(JsonNode line) {
    return line.path(EVALUATION).isObject();
  }

  static LoggedEvaluation of(JsonNode line) {
    var scores = line.path(EVALUATION);
    return new LoggedEvaluation(
        line.path(STEP).asLong(),
        scores,
        rows(line.path(CONFUSION), scores.path(ScoreKeys.PER_CLASS).size()),
        Json.number(line, SECONDS),
        line.path(NETWORK).asStringOpt().orElse(null));
  }

  @Override
  public Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    json.put(STEP, step);
    if (network != null) {
      json.put(NETWORK, network);
    }
    json.put(EVALUATION, scores);
    if (!confusion.isEmpty()) {
      json.put(CONFUSION, confusion);
    }
    if (!Double.isNaN(seconds)) {
      json.put(SECONDS, seconds);
    }
    return json;
  }

  /// The scores by tag, such as `eval/segMiou`; those that had nothing to count are left out. Those
  /// of another network than the one that the recipe evaluates are in groups of its own, such as
  /// `eval trained/segMiou`.
  public Map<String, Double> scalars() {
    var values = new LinkedHashMap<String, Double>();
    var group = network == null ? "eval" : "eval " + network;
    scores.properties().forEach(score -> put(values, group, score.getKey(), score.getValue()));
    return values;
  }

  /// A number as `GROUP/KEY`, those of an object as `GROUP KEY/MEMBER`, and `perClass`, by class
  /// and then by kind of map, as `eval perClass KIND/CLASS`: a group has a kind's classes.
  private static void put(Map<String, Double> values, String group, String key, JsonNode value) {
    if (value.isNumber()) {
      values.put(group + "/" + key, value.doubleValue());
    }
    for (var member : value.properties()) {
      if (member.getValue().isObject()) {
        for (var kind : member.getValue().properties()) {
          put(values, group + " " + key + " " + kind.getKey(), member.getKey(), kind.getValue());
        }
      } else {
        put(values, group + " " + key, member.getKey(), member.getValue());
      }
    }
  }

  /// How many images were scored.
  public double images() {
    return Json.number(scores, ScoreKeys.IMAGES);
  }

  /// Mean IoU by kind of map, for the kinds that were scored.
  public Map<MapKind, Double> miou() {
    var miou = new EnumMap<MapKind, Double>(MapKind.class);
    for (var kind : MapKind.values()) {
      if (scores.has(ScoreKeys.miou(kind.key()))) {
        miou.put(kind, miou(kind));
      }
    }
    return miou;
  }

  /// Mean IoU of a kind of map.
  public double miou(MapKind kind) {
    return Json.number(scores, ScoreKeys.miou(kind.key()));
  }

  public double classF1() {
    return Json.number(scores, ScoreKeys.CLASS_F1);
  }

  public double patchCosine() {
    return Json.number(scores, ScoreKeys.PATCH_COSINE);
  }

  /// Pixel accuracy of the segmentation.
  public double pixelAccuracy() {
    return Json.number(scores.path(ScoreKeys.PIXEL_ACCURACY), MapKind.SEG.key());
  }

  /// IoU by class, background first, and kind of map.
  public Map<String, Map<MapKind, Double>> iou() {
    var kinds = miou().keySet();
    var iou = new LinkedHashMap<String, Map<MapKind, Double>>();
    for (var row : scores.path(ScoreKeys.PER_CLASS).properties()) {
      var ofClass = new EnumMap<MapKind, Double>(MapKind.class);
      kinds.forEach(kind -> ofClass.put(kind, Json.number(row.getValue(), kind.key())));
      iou.put(row.getKey(), ofClass);
    }
    return Collections.unmodifiableMap(iou);
  }

  private static List<List<Long>> rows(ConfusionMatrix matrix) {
    return IntStream.range(0, matrix.classes())
        .mapToObj(truth ->
            IntStream.range(0, matrix.classes())
                .mapToObj(predicted -> matrix.count(truth, predicted))
                .toList())
        .toList();
  }

  /// A table of the wrong shape is ignored.
  private static List<List<Long>> rows(JsonNode table, int classes) {
    var rows = new ArrayList<List<Long>>();
    for (var row : table.values()) {
      var counts = row.values().stream().map(count -> count.asLong(-1)).toList();
      if (counts.size() != classes || counts.stream().anyMatch(count -> count < 0)) {
        return List.of();
      }
      rows.add(counts);
    }
    return rows.size() == classes ? rows : List.of();
  }
}
