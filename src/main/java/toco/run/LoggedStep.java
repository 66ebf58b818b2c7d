package toco.run;

import java.util.Map;
import toco.files.Json;
import tools.jackson.databind.JsonNode;

/// A step's line of `metrics.jsonl`; numbers that it lacks are NaN.
///
/// @param step steps done
/// @param losses means since the line before, by term, and their weighted `total`
/// @param weights of the terms; empty in runs that did not log them
/// @param learningRates by parameter group
/// @param dataWaitShare 0…1
/// @param residentBytes of the process
/// @param peakResidentBytes the most so far
/// @param unixMs when it was written
public record LoggedStep(
    long step,
    Map<String, Double> losses,
    Map<String, Double> weights,
    Map<String, Double> learningRates,
    double imagesPerSecond,
    double dataWaitShare,
    double residentBytes,
    double peakResidentBytes,
    double unixMs) {

  static LoggedStep of(JsonNode line) {
    return new LoggedStep(
        line.get("step").asLong(),
        Json.numbers(line.path("losses")),
        Json.numbers(line.path("weights")),
        Json.numbers(line.path("lr")),
        Json.number(line, "imagesPerSecond"),
        Json.number(line, "dataWaitShare"),
        Json.number(line, "rssBytes"),
        Json.number(line, "peakRssBytes"),
        Json.number(line, "unixMs"));
  }
}
