package toco.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.data.Dataset;
import toco.host.Devices;
import toco.run.RunFiles;
import toco.train.Trainer;

/// Trains every arm from the same seeds on the same images, and compares the scores.
///
/// ```
/// DIR/ARM-seedN     a run; finished once it has metrics.json
/// DIR/compare.json  the results, see ComparisonResult
/// DIR/compare.txt   the same as a table
/// DIR/compare.png   CAMs and segmentations of the first seed's runs
/// ```
///
/// Runs that exist in the folder are resumed, or read if they are finished.
final class Comparison {
  /// The configuration file, and those of other recipes.
  static final String CONFIG = "demo_lively";

  /// Shorter than that, and evaluated at the end only: several runs in the time of a few.
  static final Overrides SHORT =
      Overrides.of("train.maxIters", 500)
          .plus("train.evalEvery", 0)
          .plus("train.overlayEvery", 0)
          .plus("train.checkpointEvery", 100);

  private static final int PICTURED_IMAGES = 10;

  private final ComparisonPlan plan;
  private final Path dir;
  private final ComparisonListener listener;
  private final ComparisonProgress progress;
  private final TrainingRun training;

  private Comparison(
      ComparisonPlan plan, Path dir, ComparisonListener listener, TrainingRun training) {
    this.plan = plan;
    this.dir = dir;
    this.listener = listener;
    this.training = training;
    progress = new ComparisonProgress(listener);
  }

  /// @param dir from [ComparisonPlan#folder]
  /// @return empty if a training was stopped
  static Optional<ComparisonResult> run(
      ComparisonPlan plan, Path dir, ComparisonListener listener, TrainingRun training) {
    return new Comparison(plan, dir, listener, training).run();
  }

  private Optional<ComparisonResult> run() {
    var pending = pending();
    int done = plan.runs() - pending.size();
    listener.onMessage(
        "%s runs in %s%s".formatted(plan.runs(), dir, done == 0 ? "" : ", " + done + " finished"));
    pending.forEach(run -> progress.plan(run.arm));
    for (var run : pending) {
      done++;
      listener.onRun(done, plan.runs(), "%s, seed %s".formatted(run.arm.name(), run.seed));
      progress.begin();
      var config = run.arm.config(dir, run.seed);
      if (!train(config)) {
        return Optional.empty();
      }
      progress.end(run.arm, config);
      if (run.arm.equals(plan.arms().getLast())) {
        var _ = write(finished());
      }
    }
    var result = write(finished());
    draw(result.files().getLast());
    return Optional.of(result);
  }

  /// A run to be trained.
  private record Pending(Arm arm, long seed) {}

  private List<Pending> pending() {
    var pending = new ArrayList<Pending>();
    for (long seed : plan.seeds()) {
      for (var arm : plan.arms()) {
        if (ComparedRun.read(arm.config(dir, seed)).isEmpty()) {
          pending.add(new Pending(arm, seed));
        }
      }
    }
    return pending;
  }

  private boolean train(Config config) {
    long started = System.nanoTime();
    var runDir = config.run().dir();
    try (var trainer =
        Checkpoint.existsIn(runDir)
            ? Trainer.resume(runDir, Overrides.NONE, progress)
            : Trainer.start(config, progress)) {
      var outcome = training.run(trainer);
      if (!outcome.completed()) {
        return false;
      }
      var scores = outcome.scores(); // of the last step
      if (scores == null) {
        throw new IllegalStateException(
            "%s was not evaluated, so there is nothing to compare; give masks to the %s images"
                .formatted(runDir, config.eval().split()));
      }
      double wallSeconds = (System.nanoTime() - started) * 1e-9;
      ComparedRun.write(
          runDir, DemoMetrics.of(scores, wallSeconds, config.run().seed(), outcome.step()));
      return true;
    }
  }

  /// The runs of all seeds that every arm is finished with.
  private ComparedRuns finished() {
    var byArm = new LinkedHashMap<Arm, List<ComparedRun>>();
    plan.arms().forEach(arm -> byArm.put(arm, new ArrayList<>()));
    for (long seed : plan.seeds()) {
      var runs =
          plan.arms().stream()
              .flatMap(arm -> ComparedRun.read(arm.config(dir, seed)).stream())
              .toList();
      if (runs.size() == plan.arms().size()) {
        for (int i = 0; i < runs.size(); i++) {
          byArm.computeIfAbsent(plan.arms().get(i), _ -> new ArrayList<>()).add(runs.get(i));
        }
      }
    }
    return new ComparedRuns(plan, byArm);
  }

  private ComparisonResult write(ComparedRuns runs) {
    var json = dir.resolve("compare.json");
    var text = dir.resolve("compare.txt");
    var picture = dir.resolve("compare.png");
    var result =
        new ComparisonResult(
            dir, runs.table(), runs.conclusions(), runs.toJson(), List.of(json, text, picture));
    RunFiles.writeText(
        text, result.table() + "\n" + String.join("\n", result.conclusions()) + "\n");
    RunFiles.writeJson(json, result.json());
    return result;
  }

  private void draw(Path picture) {
    var views = new LinkedHashMap<String, List<ComparisonSheet.View>>();
    long seed = plan.seeds().getFirst();
    for (var arm : plan.arms()) {
      var config = arm.config(dir, seed);
      var device = Devices.prepare(config.train());
      try (var network = TrainedNetwork.ofRun(config.run().dir(), device)) {
        var scored = Dataset.open(config.data(), config.eval().split());
        int pictured = Math.min(PICTURED_IMAGES, scored.size());
        views.put(arm.name(), ComparisonSheet.views(network.model(), config, scored, pictured));
      }
    }
    ComparisonSheet.write(picture, views);
  }
}
