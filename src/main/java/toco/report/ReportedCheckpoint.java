package toco.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.CheckpointException;
import toco.eval.MapKind;
import toco.run.RunHistory;
import toco.torch.TensorScope;

/// The weights that a report shows.
///
/// @param file of weights
/// @param step training steps behind them; of weights that do not tell, the run's last
record ReportedCheckpoint(Path file, long step) {
  /// What `--checkpoint` may say beside a file.
  static final String LAST = "last";

  static final String BEST = "best";

  /// Finds the checkpoint that a user names.
  ///
  /// @param named `last`; `best`, the one whose segmentation scored best of those that the run
  ///   keeps; or a file
  /// @return empty if the last is wanted and there is none
  /// @throws IllegalArgumentException if the best is wanted and there is none
  /// @throws CheckpointException if the run's are all damaged
  static Optional<ReportedCheckpoint> find(Path run, String named, RunHistory history) {
    return switch (named) {
      case LAST -> last(run);
      case BEST -> Optional.of(best(run, history));
      default -> Optional.of(file(Path.of(named), history));
    };
  }

  private static Optional<ReportedCheckpoint> last(Path run) {
    try (var _ = TensorScope.open()) {
      return Checkpoint.latest(run)
          .map(found -> new ReportedCheckpoint(found.file(), found.checkpoint().step()));
    }
  }

  private static ReportedCheckpoint best(Path run, RunHistory history) {
    return history.evaluations().stream()
        .filter(evaluation -> Files.exists(Checkpoint.file(run, evaluation.step())))
        .max(Comparator.comparingDouble(it -> it.miou().getOrDefault(MapKind.SEG, 0.0)))
        .map(it -> new ReportedCheckpoint(Checkpoint.file(run, it.step()), it.step()))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "%s keeps no checkpoint of an evaluated step; name another by --checkpoint"
                    .formatted(run)));
  }

  private static ReportedCheckpoint file(Path file, RunHistory history) {
    if (Checkpoint.configOf(file).isEmpty()) {
      return new ReportedCheckpoint(file, history.lastStep()); // no checkpoint of a training run
    }
    try (var _ = TensorScope.open()) {
      return new ReportedCheckpoint(file, Checkpoint.load(file).step());
    }
  }
}
