package toco.reproduce;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.run.RunHistory;
import toco.torch.TensorScope;

/// How far the run in a folder has got.
///
/// @param step steps done; −1: there is no run yet
/// @param trained whether training and the evaluation that ends it are done
record RunState(long step, boolean trained) {
  /// Reads the state from the plan's folder.
  ///
  /// @throws IllegalArgumentException if there is a run with other settings in it
  static RunState of(Plan plan) {
    try (var _ = TensorScope.open()) {
      var latest = Checkpoint.latest(plan.runDir());
      if (latest.isEmpty()) {
        return new RunState(-1, false);
      }
      requireSame(plan, latest.get());
      long last = plan.training().train().maxIters();
      boolean evaluated =
          RunHistory.read(plan.runDir()).evaluations().stream().anyMatch(it -> it.step() == last);
      boolean saved = Files.exists(Checkpoint.file(plan.runDir(), last));
      return new RunState(latest.get().checkpoint().step(), evaluated && saved);
    }
  }

  private static void requireSame(Plan plan, Checkpoint.Found found) {
    var own = Config.parse(found.checkpoint().configYaml(), found.file().toString(), List.of());
    var differences = Plan.ofSubstance(own, plan.training());
    if (!differences.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds another run: %s; choose another --run-dir, or use that run's settings"
              .formatted(
                  plan.runDir(),
                  differences.stream()
                      .map(it ->
                          "%s is %s there, %s here".formatted(it.key(), it.value(), it.other()))
                      .collect(Collectors.joining(", "))));
    }
  }

  boolean begun() {
    return step >= 0;
  }
}
