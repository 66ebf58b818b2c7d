package toco.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.eval.Scores;
import toco.files.Json;
import toco.host.ProcessMemory;
import tools.jackson.databind.JsonNode;

/// The results of one demo run, the content of `metrics.json`. Scores are in 0…1; NaN without
/// masks.
///
/// @param segMiou mean IoU of the segmentation
/// @param camMiou mean IoU of the CAMs' labels
/// @param camAuxMiou mean IoU of the auxiliary CAMs' labels
/// @param classF1 F1 of the image-level predictions
/// @param wallSeconds from the start, data generation included, to the last score
/// @param peakRssBytes peak resident memory of the process
/// @param patchCosine mean cosine between an image's patch tokens; near 1 if they are over-smoothed
/// @param seed of the run
/// @param steps training steps
public record DemoMetrics(
    double segMiou,
    double camMiou,
    double camAuxMiou,
    double classF1,
    double wallSeconds,
    long peakRssBytes,
    double patchCosine,
    long seed,
    long steps) {

  static DemoMetrics of(Scores scores, double wallSeconds, long seed, long steps) {
    return new DemoMetrics(
        scores.segMiou(),
        scores.camMiou(),
        scores.camAuxMiou(),
        scores.classF1(),
        wallSeconds,
        ProcessMemory.peakResidentBytes(),
        scores.patchCosine(),
        seed,
        steps);
  }

  /// Those of a run that was not scored.
  static DemoMetrics unscored(double wallSeconds, long seed, long steps) {
    double nan = Double.NaN;
    long peak = ProcessMemory.peakResidentBytes();
    return new DemoMetrics(nan, nan, nan, nan, wallSeconds, peak, nan, seed, steps);
  }

  /// What [#toJson] wrote.
  static DemoMetrics of(JsonNode json) {
    return new DemoMetrics(
        Json.number(json, "segMiou"),
        Json.number(json, "camMiou"),
        Json.number(json, "camAuxMiou"),
        Json.number(json, "classF1"),
        Json.number(json, "wallSeconds"),
        json.path("peakRssBytes").asLong(),
        Json.number(json, "patchCosine"),
        json.path("seed").asLong(),
        json.path("steps").asLong());
  }

  /// A JSON object with one key per component; NaN becomes null.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("segMiou", Json.orNull(segMiou));
    json.put("camMiou", Json.orNull(camMiou));
    json.put("camAuxMiou", Json.orNull(camAuxMiou));
    json.put("classF1", Json.orNull(classF1));
    json.put("wallSeconds", Math.round(wallSeconds * 10) / 10.0);
    json.put("peakRssBytes", peakRssBytes);
    json.put("patchCosine", Json.orNull(patchCosine));
    json.put("seed", seed);
    json.put("steps", steps);
    return json;
  }
}
