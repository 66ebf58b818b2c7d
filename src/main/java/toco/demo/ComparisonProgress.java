package toco.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.train.StepReport;

/// Passes on what a run reports, with the time to the end of all runs. A run to come takes as long
/// per step as one of the same arm did, or else as the present run.
final class ComparisonProgress extends ForwardingListener {
  private final List<Pending> pending = new ArrayList<>();
  private final Map<Arm, Double> secondsPerStep = new HashMap<>();
  private long startedNs;
  private long firstStep;

  /// A run to come.
  private record Pending(Arm arm, long steps) {}

  ComparisonProgress(ComparisonListener listener) {
    super(listener);
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
    super.onStep(
        new StepReport(
            report.step(),
            report.maxIters(),
            report.losses(),
            report.imagesPerSecond(),
            report.etaSeconds() + others,
            report.dataWaitShare(),
            report.logged()));
  }
}
