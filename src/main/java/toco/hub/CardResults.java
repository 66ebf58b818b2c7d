package toco.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.LoadedWeights;
import toco.config.Config;
import toco.eval.MapKind;
import toco.eval.ScoreKeys;
import toco.files.Json;
import toco.files.Sha256;
import toco.recipe.Recipe;
import toco.recipes.Recipes;
import toco.run.LoggedEvaluation;
import toco.run.RunHistory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The scores of a network that its run has: of `toco eval` on this very file, and of the
/// evaluation that training made at its step. Scores of other weights are none of its.
///
/// @param protocol its name
/// @param split the list of images
/// @param images how many of them were scored
/// @param metrics the scores
record CardResults(String protocol, String split, long images, List<Metric> metrics) {
  static final String IN_TRAINING = "train-time";

  /// A score.
  ///
  /// @param type Hugging Face's name of it
  /// @param name for people
  /// @param value 0…1
  record Metric(String type, String name, double value) {}

  CardResults {
    metrics = List.copyOf(metrics);
  }

  /// The scores that a run has of some weights.
  ///
  /// @throws IOException if the files cannot be read
  static List<CardResults> of(SourceRun run, LoadedWeights weights, Config config)
      throws IOException {
    var found = new ArrayList<CardResults>();
    var files = run.evaluations();
    var sha256 = files.isEmpty() ? "" : Sha256.ofFile(weights.file());
    for (var file : files) {
      parsed(file)
          .filter(json -> json.path("checkpointSha256").asString("").equals(sha256))
          .filter(json -> Objects.equals(network(json), weights.network()))
          .map(CardResults::of)
          .ifPresent(found::add);
    }
    boolean isThere = found.stream().anyMatch(result -> result.protocol.equals(IN_TRAINING));
    if (!isThere) {
      var name = weights.network() == null ? run.network() : weights.network();
      inTraining(run, name, config).stream()
          .filter(line -> line.step() == run.step())
          .map(line -> of(IN_TRAINING, config.eval().split().toString(), line.scores()))
          .forEach(found::add);
    }
    return found.stream().filter(result -> !result.metrics.isEmpty()).toList();
  }

  /// The lines of a network; those of the one that the recipe evaluates have no name.
  private static List<LoggedEvaluation> inTraining(
      SourceRun run, @Nullable String network, Config config) {
    var history = RunHistory.read(run.folder());
    var evaluated = Recipes.of(config).evaluated().orElse(Recipe.TRAINED);
    return network == null || network.equals(evaluated)
        ? history.evaluations()
        : history.otherEvaluations().getOrDefault(network, List.of());
  }

  private static @Nullable String network(JsonNode json) {
    return json.path("network").asStringOpt().orElse(null);
  }

  /// A damaged file says nothing of the network.
  private static Optional<JsonNode> parsed(Path file) throws IOException {
    try {
      return Optional.of(Json.MAPPER.readTree(Files.readString(file)));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private static CardResults of(JsonNode eval) {
    var protocol = eval.path("protocol").path("name").asString("?");
    return of(protocol, eval.path("split").asString("?"), eval);
  }

  private static CardResults of(String protocol, String split, JsonNode scores) {
    var metrics = new ArrayList<Metric>();
    for (var kind : MapKind.values()) {
      if (!kind.labelsKnown()) {
        var key = ScoreKeys.miou(kind.key());
        add(metrics, "mean_iou", "mIoU, " + kind.label(), scores, key);
      }
    }
    var accuracy = scores.path(ScoreKeys.PIXEL_ACCURACY);
    add(metrics, "accuracy", "pixel accuracy", accuracy, MapKind.SEG.key());
    add(metrics, "f1", "class F1 per image", scores, ScoreKeys.CLASS_F1);
    long images = scores.path(ScoreKeys.IMAGES).asLong(0);
    return new CardResults(protocol, split, images, metrics);
  }

  private static void add(
      List<Metric> metrics, String type, String name, JsonNode scores, String key) {
    double value = Json.number(scores, key);
    if (!Double.isNaN(value)) {
      metrics.add(new Metric(type, name, value));
    }
  }

  /// An entry of `model-index`.
  ///
  /// @param dataset what the images are, such as the layout of the data set
  Map<String, Object> toIndex(String dataset) {
    var of = new LinkedHashMap<String, Object>();
    of.put("type", dataset);
    of.put("name", "%s, %s images".formatted(dataset, images));
    of.put("split", split);
    var index = new LinkedHashMap<String, Object>();
    var task = new LinkedHashMap<String, Object>();
    task.put("type", ModelCard.TASK);
    task.put("name", "Image Segmentation");
    index.put("task", task);
    index.put("dataset", of);
    index.put("metrics", metrics.stream().map(this::toIndex).toList());
    return index;
  }

  private Map<String, Object> toIndex(Metric metric) {
    var entry = new LinkedHashMap<String, Object>();
    entry.put("type", metric.type);
    entry.put("value", metric.value);
    entry.put("name", "%s (%s)".formatted(metric.name, protocol));
    return entry;
  }
}
