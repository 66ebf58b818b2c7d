package toco.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import toco.checkpoint.BestWeights;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.TrainedNetwork;
import toco.eval.MapKind;
import toco.files.UserPath;
import toco.run.RunHistory;
import toco.torch.TensorScope;

/// The weights that a report uses for its gallery.
///
/// @param file of the weights
/// @param step training steps done; for files without that information the run's last step
record ReportedCheckpoint(Path file, long step) {
  /// Values of `--checkpoint` other than a file.
  static final String LAST = "last";

  static final String BEST = "best";

  /// Finds the checkpoint that a user asked for.
  ///
  /// @param named `last`; `best`, the kept network or else the checkpoint in the run's folder with
  ///   the best segmentation; or a file
  /// @return empty for `last` if the run has no checkpoint
  /// @throws IllegalArgumentException for `best` if no checkpoint of the run was evaluated
  /// @throws CheckpointException if all checkpoints of the run are damaged
  static Optional<ReportedCheckpoint> find(Path run, String named, RunHistory history) {
    return switch (named) {
      case LAST -> last(run);
      case BEST -> Optional.of(best(run, history));
      default -> Optional.of(file(UserPath.of(named), history));
    };
  }

  private static Optional<ReportedCheckpoint> last(Path run) {
    try (var _ = TensorScope.open()) {
      return Checkpoint.latest(run)
          .map(found -> new ReportedCheckpoint(found.file(), found.checkpoint().step()));
    }
  }

  private static ReportedCheckpoint best(Path run, RunHistory history) {
    var kept = BestWeights.of(run); // train.keepBest
    if (kept.isPresent()) {
      return new ReportedCheckpoint(BestWeights.file(run), kept.get().step());
    }
    return history.evaluations().stream()
        .filter(evaluation -> Files.exists(Checkpoint.file(run, evaluation.step())))
        .max(Comparator.comparingDouble(it -> it.miou().getOrDefault(MapKind.SEG, 0.0)))
        .map(it -> new ReportedCheckpoint(Checkpoint.file(run, it.step()), it.step()))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s has no checkpoint of an evaluated step; name another with --checkpoint"
                    .formatted(run)));
  }

  private static ReportedCheckpoint file(Path given, RunHistory history) {
    var file = TrainedNetwork.fileOf(given);
    if (!Checkpoint.is(file)) {
      return new ReportedCheckpoint(file, history.lastStep()); // weights without a step
    }
    try (var _ = TensorScope.open()) {
      return new ReportedCheckpoint(file, Checkpoint.load(file).step());
    }
  }
}
