package toco.run;

import java.util.LinkedHashMap;
import java.util.Map;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// A training step's line of `metrics.jsonl`. Numbers that the line does not have are NaN: older
/// versions wrote fewer.
///
/// @param step steps done
/// @param losses by term, and their weighted sum `total`; means since the line before
/// @param weights by term; empty in runs that did not log them
/// @param learningRates by parameter group
/// @param imagesPerSecond training images, since the line before
/// @param dataWaitShare share of the time spent waiting for batches, 0…1, since the line before
/// @param skippedSamples images that could not be read, since the run started or resumed
/// @param residentBytes of the process
/// @param peakResidentBytes the most so far
/// @param peakDeviceBytes the most so far on the GPU or other accelerator; NaN on a CPU. Older
///   versions called it `peakCudaBytes`
/// @param liveTensors native tensors in the process
/// @param unixMs when the line was written
public record LoggedStep(
    long step,
    Map<String, Double> losses,
    Map<String, Double> weights,
    Map<String, Double> learningRates,
    double imagesPerSecond,
    double dataWaitShare,
    double skippedSamples,
    double residentBytes,
    double peakResidentBytes,
    double peakDeviceBytes,
    double liveTensors,
    double unixMs)
    implements LogLine {
  private static final double MB = 1e6;
  private static final String LOSSES = "losses";
  private static final String WEIGHTS = "weights";
  private static final String LEARNING_RATES = "lr";
  private static final String IMAGES_PER_SECOND = "imagesPerSecond";
  private static final String DATA_WAIT_SHARE = "dataWaitShare";
  private static final String SKIPPED_SAMPLES = "skippedSamples";
  private static final String RESIDENT_BYTES = "rssBytes";
  private static final String PEAK_RESIDENT_BYTES = "peakRssBytes";
  private static final String PEAK_DEVICE_BYTES = "peakDeviceBytes";
  private static final String PEAK_CUDA_BYTES = "peakCudaBytes"; // in older files
  private static final String LIVE_TENSORS = "liveTensors";
  private static final String UNIX_MS = "unixMs";

  /// Whether a line of `metrics.jsonl` is of this kind.
  static boolean matches(JsonNode line) {
    return line.path(LOSSES).isObject();
  }

  static LoggedStep of(JsonNode line) {
    return new LoggedStep(
        line.path(STEP).asLong(),
        Json.numbers(line.path(LOSSES)),
        Json.numbers(line.path(WEIGHTS)),
        Json.numbers(line.path(LEARNING_RATES)),
        Json.number(line, IMAGES_PER_SECOND),
        Json.number(line, DATA_WAIT_SHARE),
        Json.number(line, SKIPPED_SAMPLES),
        Json.number(line, RESIDENT_BYTES),
        Json.number(line, PEAK_RESIDENT_BYTES),
        Json.number(line, line.has(PEAK_DEVICE_BYTES) ? PEAK_DEVICE_BYTES : PEAK_CUDA_BYTES),
        Json.number(line, LIVE_TENSORS),
        Json.number(line, UNIX_MS));
  }

  @Override
  public Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    json.put(STEP, step);
    json.put(LOSSES, losses);
    putUnlessEmpty(json, WEIGHTS, weights);
    putUnlessEmpty(json, LEARNING_RATES, learningRates);
    putNumber(json, IMAGES_PER_SECOND, imagesPerSecond);
    putNumber(json, DATA_WAIT_SHARE, dataWaitShare);
    putCount(json, SKIPPED_SAMPLES, skippedSamples);
    putCount(json, RESIDENT_BYTES, residentBytes);
    putCount(json, PEAK_RESIDENT_BYTES, peakResidentBytes);
    putCount(json, PEAK_DEVICE_BYTES, peakDeviceBytes);
    putCount(json, LIVE_TENSORS, liveTensors);
    putCount(json, UNIX_MS, unixMs);
    return json;
  }

  /// The numbers by tag, such as `loss/total`, as trackers of experiments group them; NaN where the
  /// line has none.
  public Map<String, Double> scalars() {
    var values = new LinkedHashMap<String, Double>();
    losses().forEach((term, loss) -> values.put("loss/" + term, loss));
    weights().forEach((term, weight) -> values.put("weight/" + term, weight));
    learningRates().forEach((group, rate) -> values.put("lr/" + group, rate));
    values.put("speed/imagesPerSecond", imagesPerSecond());
    values.put("data/waitShare", dataWaitShare());
    values.put("data/skippedSamples", skippedSamples());
    values.put("memory/residentMB", residentBytes() / MB);
    values.put("memory/peakResidentMB", peakResidentBytes() / MB);
    values.put("memory/liveTensors", liveTensors());
    return values;
  }

  private static void putUnlessEmpty(
      Map<String, Object> json, String key, Map<String, Double> values) {
    if (!values.isEmpty()) {
      json.put(key, values);
    }
  }

  private static void putNumber(Map<String, Object> json, String key, double value) {
    if (!Double.isNaN(value)) {
      json.put(key, value);
    }
  }

  private static void putCount(Map<String, Object> json, String key, double value) {
    if (!Double.isNaN(value)) {
      json.put(key, (long) value);
    }
  }
}
