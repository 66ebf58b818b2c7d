package toco.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.data.Dataset;
import toco.files.IoReason;
import toco.files.Json;
import toco.files.Sha256;
import toco.torch.LibTorch;
import tools.jackson.databind.JsonNode;

/// Everything an evaluation's scores depend on. It is the first line of every result file, so that
/// only results of the same evaluation are merged.
///
/// @param protocol the protocol as JSON
/// @param protocolText the same in words
/// @param checkpoint the file of weights
/// @param checkpointSha256 of its content
/// @param network which one of a checkpoint's networks, if it was chosen by its name; else null
/// @param images number of images in the list
/// @param listSha256 of the list's names
/// @param classNames the foreground classes, in label order
/// @param batchSize images per batch
/// @param libTorch its version
/// @param device on which the network ran
/// @param threads of LibTorch's operators
record EvaluationFacts(
    JsonNode protocol,
    String protocolText,
    String checkpoint,
    String checkpointSha256,
    @Nullable String network,
    int images,
    String listSha256,
    List<String> classNames,
    int batchSize,
    String libTorch,
    String device,
    int threads) {

  EvaluationFacts {
    classNames = List.copyOf(classNames);
  }

  /// @throws EvaluationException if the checkpoint cannot be read
  static EvaluationFacts of(Evaluator evaluator, Path checkpoint, @Nullable String network) {
    var dataset = evaluator.dataset();
    return new EvaluationFacts(
        evaluator.protocol().toJson(),
        evaluator.protocol().toString(),
        checkpoint.toString(),
        sha256(checkpoint),
        network,
        dataset.size(),
        listSha256(dataset),
        dataset.classNames(),
        evaluator.batchSize(),
        LibTorch.version(),
        evaluator.device().toString(),
        LibTorch.numThreads());
  }

  /// The first difference from other facts, such as "protocol: voc, now coco". The checkpoint's
  /// file name does not count.
  Optional<String> difference(EvaluationFacts other) {
    return firstDifference(sameImages(), other.sameImages())
        .or(() -> firstDifference(environment(), other.environment()))
        .map(it -> "%s: %s, now %s".formatted(it.what, it.one, it.other));
  }

  /// The same without the environment: shards may run on different machines.
  Optional<String> differenceInSubstance(EvaluationFacts other) {
    return firstDifference(sameImages(), other.sameImages())
        .map(it -> "%s: %s, but here %s".formatted(it.what, it.one, it.other));
  }

  private record Difference(String what, Object one, @Nullable Object other) {}

  private static Optional<Difference> firstDifference(
      Map<String, Object> one, Map<String, Object> other) {
    return one.entrySet().stream()
        .filter(entry -> !entry.getValue().equals(other.get(entry.getKey())))
        .map(entry -> new Difference(entry.getKey(), entry.getValue(), other.get(entry.getKey())))
        .findFirst();
  }

  /// A protocol, compared by all its settings and printed as text.
  private record Settings(JsonNode settings, String text) {
    @Override
    public String toString() {
      return text;
    }
  }

  private Map<String, Object> sameImages() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("protocol", new Settings(protocol, protocolText));
    facts.put("checkpoint (SHA-256)", checkpointSha256);
    facts.put("network", network == null ? "the evaluated one" : network);
    facts.put("number of images", images);
    facts.put("list (SHA-256 of its names)", listSha256);
    facts.put("classes", classNames);
    facts.put("images per batch", batchSize);
    return facts;
  }

  /// LibTorch, device and threads.
  Map<String, Object> environment() {
    var environment = new LinkedHashMap<String, Object>();
    environment.put("libTorch", libTorch);
    environment.put("device", device);
    environment.put("threads", threads);
    return environment;
  }

  String toLine() {
    return Json.MAPPER.writeValueAsString(this);
  }

  /// @throws tools.jackson.core.JacksonException if the line does not hold facts
  static EvaluationFacts ofLine(String line) {
    return Json.MAPPER.readValue(line, EvaluationFacts.class);
  }

  private static String listSha256(Dataset dataset) {
    return Sha256.ofLines(IntStream.range(0, dataset.size()).mapToObj(dataset::name).toList());
  }

  private static String sha256(Path file) {
    try {
      return Sha256.ofFile(file);
    } catch (IOException e) {
      throw new EvaluationException(file, "cannot be read: " + IoReason.of(e), e);
    }
  }
}
