package toco.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.eval.Scores;
import toco.train.StepReport;
import toco.train.TrainingListener;

/// Passes on what a run reports, with the time to the end of all runs. A run to come takes as long
/// per step as one of the same arm did, or else as the present run.
final class ComparisonProgress implements TrainingListener {
  private final ComparisonListener listener;
  private final List<Pending> pending = new ArrayList<>();
  private final Map<Arm, Double> secondsPerStep = new HashMap<>();
  private long startedNs;
  private long firstStep;

  /// A run to come.
  private record Pending(Arm arm, long steps) {}

  ComparisonProgress(ComparisonListener listener) {
    this.listener = listener;
  }

  /// Adds a run to those to come.
  void plan(Arm arm) {
    pending.add(new Pending(arm, arm.config().train().maxIters()));
  }

  /// The next of them begins.
  void begin() {
    pending.removeFirst();
    startedNs = System.nanoTime();
    firstStep = -1;
  }

  /// It has ended.
  void end(Arm arm, Config config) {
    long steps = config.train().maxIters() - Math.max(0, firstStep);
    if (steps > 0) {
      secondsPerStep.put(arm, (System.nanoTime() - startedNs) * 1e-9 / steps);
    }
  }

  @Override
  public void onStep(StepReport report) {
    if (firstStep < 0) {
      firstStep = report.step() - 1;
    }
    double here = (System.nanoTime() - startedNs) * 1e-9 / (report.step() - firstStep); // per step
    double others = 0;
    for (var run : pending) {
      others += run.steps * secondsPerStep.getOrDefault(run.arm, here);
    }
    listener.onStep(
        new StepReport(
            report.step(),
            report.maxIters(),
            report.losses(),
            report.imagesPerSecond(),
            report.etaSeconds() + others,
            report.dataWaitShare(),
            report.logged()));
  }

  @Override
  public void onMessage(String line) {
    listener.onMessage(line);
  }

  @Override
  public void onBytes(String name, long done, long total) {
    listener.onBytes(name, done, total);
  }

  @Override
  public void onEvaluationProgress(int done, int total) {
    listener.onEvaluationProgress(done, total);
  }

  @Override
  public void onEvaluation(long step, Scores scores) {
    listener.onEvaluation(step, scores);
  }
}
