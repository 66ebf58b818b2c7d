package toco.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.Json;

/// The report of an evaluation, computed from the result files of all its shards: scores, protocol,
/// checkpoint and environment. It does not depend on how the evaluation was divided into shards.
public final class EvalReport {

  private final EvaluationFacts facts;
  private final List<Map<String, Object>> environments;
  private final Scores scores;
  private final List<Skipped> skipped;
  private final @Nullable Bootstrap bootstrap;

  private EvalReport(
      EvaluationFacts facts,
      List<Map<String, Object>> environments,
      Scores scores,
      List<Skipped> skipped,
      @Nullable Bootstrap bootstrap) {
    this.facts = facts;
    this.environments = environments;
    this.scores = scores;
    this.skipped = skipped;
    this.bootstrap = bootstrap;
  }

  /// Reads files of results, or folders of them, and computes the scores.
  ///
  /// @param resamples of the bootstrap; 0: no intervals
  /// @param seed of the bootstrap
  /// @throws EvaluationException if they are of different evaluations, or a batch is missing,
  ///   duplicate or damaged
  public static EvalReport of(List<Path> filesOrFolders, int resamples, long seed) {
    var parts = new Parts();
    filesOrFolders.forEach(path -> filesOf(path).forEach(parts::add));
    parts.requireComplete();
    var facts = parts.facts();
    var images = new ScoredImages(facts.classNames().size() + 1, parts.images);
    if (images.size() == 0) {
      throw new EvaluationException(
          parts.files.getFirst(),
          "none of the %s images could be scored, the first because: %s"
              .formatted(facts.images(), parts.skipped.getFirst().reason()));
    }
    parts.skipped.sort(Comparator.comparingInt(Skipped::index));
    return new EvalReport(
        facts,
        parts.environments,
        images.scores(),
        List.copyOf(parts.skipped),
        resamples == 0 ? null : Bootstrap.of(images, resamples, seed, facts.classNames()));
  }

  private static List<Path> filesOf(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var files = Files.newDirectoryStream(path, "part-*-of-*.jsonl")) {
      var found = new ArrayList<Path>();
      files.forEach(found::add);
      if (found.isEmpty()) {
        throw new EvaluationException(path, "has no results of an evaluation (part-1-of-N.jsonl)");
      }
      found.sort(null);
      return found;
    } catch (IOException e) {
      throw new EvaluationException(path, "cannot be listed: " + IoReason.of(e), e);
    }
  }

  /// The files read so far.
  private static final class Parts {
    final List<Path> files = new ArrayList<>();
    final List<Map<String, Object>> environments = new ArrayList<>();
    final List<ImageScores> images = new ArrayList<>();
    final List<Skipped> skipped = new ArrayList<>();
    private final BitSet batches = new BitSet();
    private @Nullable EvaluationFacts facts;

    EvaluationFacts facts() {
      if (facts == null) {
        throw new IllegalArgumentException("no results were named");
      }
      return facts;
    }

    void add(Path file) {
      try (var in = Files.newInputStream(file)) {
        var lines = new PartLines(file, in);
        add(file, lines);
      } catch (IOException e) {
        throw new EvaluationException(
            file, "cannot be read: %s; check the path".formatted(IoReason.of(e)), e);
      }
    }

    private void add(Path file, PartLines lines) {
      var own =
          lines
              .facts()
              .orElseThrow(() ->
                  new EvaluationException(
                      file, "is not a result file of toco eval, or is damaged"));
      requireSameEvaluation(file, own);
      if (!environments.contains(own.environment())) {
        environments.add(own.environment());
      }
      for (var result = lines.next(); result.isPresent(); result = lines.next()) {
        if (batches.get(result.get().batch())) {
          throw new EvaluationException(
              file,
              ("batch %s is in another of the files, too; name each shard once, and only shards "
                      + "of the same division")
                  .formatted(result.get().batch()));
        }
        batches.set(result.get().batch());
        images.addAll(result.get().images());
        skipped.addAll(result.get().skipped());
      }
      if (lines.damaged()) {
        throw new EvaluationException(
            file, "its end is cut short or damaged; complete it by --resume");
      }
      files.add(file);
    }

    private void requireSameEvaluation(Path file, EvaluationFacts own) {
      if (facts == null) {
        facts = own;
        return;
      }
      facts
          .differenceInSubstance(own)
          .ifPresent(what -> {
            throw new EvaluationException(
                file,
                "does not belong with %s, which has another %s".formatted(files.getFirst(), what));
          });
    }

    void requireComplete() {
      int expected = Math.ceilDiv(facts().images(), facts().batchSize());
      int missing = batches.nextClearBit(0);
      if (missing < expected) {
        throw new EvaluationException(
            files.getLast(),
            ("%s of %s batches are missing, the first with image %s; complete the shards by "
                    + "--resume, or name all of them")
                .formatted(
                    expected - batches.cardinality(), expected, missing * facts().batchSize()));
      }
    }
  }

  public Scores scores() {
    return scores;
  }

  /// Number of images in the list, scored or not.
  public int images() {
    return facts.images();
  }

  /// Images that could not be scored, in the list's order.
  public List<Skipped> skipped() {
    return skipped;
  }

  /// Confidence intervals, if a bootstrap was asked for.
  public Optional<Bootstrap> bootstrap() {
    return Optional.ofNullable(bootstrap);
  }

  /// A JSON object: checkpoint, protocol and environment, the keys of [Scores#toJson], skipped
  /// images, and intervals if there are any.
  public Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("checkpoint", facts.checkpoint());
    json.put("checkpointSha256", facts.checkpointSha256());
    if (facts.network() != null) {
      json.put("network", facts.network());
    }
    json.put("split", facts.protocol().path("split").asString());
    json.put("protocol", facts.protocol());
    json.put("listSha256", facts.listSha256());
    json.put("environment", environments.size() == 1 ? environments.getFirst() : environments);
    json.putAll(scores.toJson(facts.classNames()));
    json.put("skipped", skipped);
    if (bootstrap != null) {
      json.put("bootstrap", bootstrap.toJson());
    }
    return json;
  }

  /// The scores as plain-text tables, then protocol, checkpoint and environment.
  public String text() {
    var text = new StringBuilder(scores.table(facts.classNames()));
    text.append('\n').append(scores.classTable(facts.classNames()));
    if (bootstrap != null) {
      text.append('\n').append(bootstrap.table());
      text.append(
          "%s resamples of the images, seed %s%n"
              .formatted(bootstrap.resamples(), bootstrap.seed()));
    }
    text.append("\nprotocol    ").append(facts.protocolText());
    text.append("\ncheckpoint  ").append(facts.checkpoint());
    text.append("\n            SHA-256 ").append(facts.checkpointSha256());
    if (facts.network() != null) {
      text.append("\nnetwork     ").append(facts.network());
    }
    text.append("\nLibTorch    ").append(environmentText()).append('\n');
    if (!skipped.isEmpty()) {
      text.append("skipped     %s of %s images%n".formatted(skipped.size(), facts.images()));
    }
    return text.toString();
  }

  private String environmentText() {
    return environments.stream()
        .map(it ->
            "%s, %s, %s threads".formatted(it.get("libTorch"), it.get("device"), it.get("threads")))
        .collect(Collectors.joining("; "));
  }

  /// Writes the JSON object to a file, atomically.
  ///
  /// @throws EvaluationException if that fails
  public void write(Path file) {
    var text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(toJson()) + "\n";
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new EvaluationException(file, "cannot be written: " + IoReason.of(e), e);
    }
  }
}
