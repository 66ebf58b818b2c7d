package toco.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import toco.files.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a run has logged so far, in order of the steps, each once.
///
/// @param steps lines of losses
/// @param evaluations lines of scores
/// @param sessions what each start of the run ran on, by name
/// @param damagedLines how many lines could not be read; the last one of a run that goes on may be
///   half written, and does not count
public record RunHistory(
    List<LoggedStep> steps,
    List<LoggedEvaluation> evaluations,
    List<Map<String, String>> sessions,
    int damagedLines) {
  private static final char MALFORMED = '\uFFFD'; // what bytes decode to that are not UTF-8

  /// Reads `metrics.jsonl` and `sessions.jsonl` of a run's folder, as far as they are there.
  ///
  /// @throws UncheckedIOException if they cannot be read
  public static RunHistory read(Path run) {
    var steps = new TreeMap<Long, LoggedStep>();
    var evaluations = new TreeMap<Long, LoggedEvaluation>();
    var metrics = lines(run.resolve("metrics.jsonl"));
    int damaged = metrics.damaged;
    for (var line : metrics.objects) {
      if (!line.path("step").isIntegralNumber()) {
        damaged++;
      } else if (line.path("losses").isObject()) {
        var step = LoggedStep.of(line);
        steps.put(step.step(), step);
      } else if (line.path("evaluation").isObject()) {
        var evaluation = LoggedEvaluation.of(line);
        evaluations.put(evaluation.step(), evaluation);
      }
    }
    var sessions = lines(run.resolve("sessions.jsonl"));
    return new RunHistory(
        List.copyOf(steps.values()),
        List.copyOf(evaluations.values()),
        sessions.objects.stream().map(RunHistory::facts).toList(),
        damaged + sessions.damaged);
  }

  /// The last step of which anything is known; 0 before the first.
  public long lastStep() {
    return Math.max(
        steps.isEmpty() ? 0 : steps.getLast().step(),
        evaluations.isEmpty() ? 0 : evaluations.getLast().step());
  }

  /// The evaluation at a step, else the last one.
  public Optional<LoggedEvaluation> evaluationAt(long step) {
    return evaluations.stream()
        .filter(evaluation -> evaluation.step() == step)
        .findFirst()
        .or(() -> evaluations.isEmpty() ? Optional.empty() : Optional.of(evaluations.getLast()));
  }

  private static Map<String, String> facts(JsonNode session) {
    var facts = new LinkedHashMap<String, String>();
    session.properties().forEach(fact -> facts.put(fact.getKey(), fact.getValue().asString()));
    return facts;
  }

  private record Lines(List<JsonNode> objects, int damaged) {}

  private static Lines lines(Path file) {
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return new Lines(List.of(), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    var objects = new ArrayList<JsonNode>();
    int damaged = 0;
    for (var line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      var object = parse(line);
      object.ifPresent(objects::add);
      damaged += object.isPresent() ? 0 : 1;
    }
    return new Lines(objects, damaged);
  }

  private static Optional<JsonNode> parse(String line) {
    if (line.indexOf(MALFORMED) >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.MAPPER.readTree(line)).filter(JsonNode::isObject);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
