package toco.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.BestWeights;

/// The run that a file of weights is a checkpoint of.
///
/// @param folder the run's
/// @param step steps done
/// @param network the only one in the file; null: the checkpoint has all of them
record SourceRun(Path folder, long step, @Nullable String network) {
  private static final Pattern CHECKPOINT = Pattern.compile("step-(\\d{1,18})\\.safetensors");
  private static final Pattern STEP_PICTURE = Pattern.compile("step-(\\d{1,18})\\.png");
  private static final String METRICS = "metrics.jsonl";

  /// Empty if the file is not in a run's folder.
  static Optional<SourceRun> of(Path weights) {
    var checkpoints = weights.toAbsolutePath().getParent();
    var run = checkpoints == null ? null : checkpoints.getParent();
    if (run == null || !Files.isRegularFile(run.resolve(METRICS))) {
      return Optional.empty();
    }
    var step = stepOf(CHECKPOINT, weights);
    if (step.isPresent()) {
      return Optional.of(new SourceRun(run, step.getAsLong(), null));
    }
    boolean isBest = weights.toAbsolutePath().equals(BestWeights.file(run).toAbsolutePath());
    return isBest
        ? BestWeights.of(run).map(best -> new SourceRun(run, best.step(), best.network()))
        : Optional.empty();
  }

  private static OptionalLong stepOf(Pattern names, Path file) {
    var name = names.matcher(file.getFileName().toString());
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  /// The picture that shows the network best: of a test or an evaluation, or else the last one that
  /// training drew up to this step.
  ///
  /// @throws IOException if the folder cannot be listed
  Optional<Path> picture() throws IOException {
    var pictures = filesIn(folder.resolve("overlays"));
    return pictures.stream()
        .filter(file -> rank(file) >= 0)
        .max(Comparator.<Path>comparingLong(this::rank).thenComparing(Comparator.naturalOrder()));
  }

  private long rank(Path picture) {
    var name = picture.getFileName().toString();
    if (name.equals("test.png")) {
      return Long.MAX_VALUE;
    }
    if (name.startsWith("eval-") && name.endsWith(".png")) {
      return Long.MAX_VALUE - 1;
    }
    long drawn = stepOf(STEP_PICTURE, picture).orElse(-1);
    return drawn <= step ? drawn : -1;
  }

  /// The results of `toco eval` in the run's folder, of whatever weights.
  ///
  /// @throws IOException if the folder cannot be listed
  List<Path> evaluations() throws IOException {
    return filesIn(folder.resolve("eval")).stream()
        .map(results -> results.resolve("eval.json"))
        .filter(Files::isRegularFile)
        .sorted()
        .toList();
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
