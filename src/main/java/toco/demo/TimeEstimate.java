package toco.demo;

import toco.train.StepReport;
import toco.train.TrainingListener;

/// Says once, a few steps after a start, how long the training will take.
final class TimeEstimate extends ForwardingListener {
  private static final int MEASURED_STEPS = 5;

  private int steps;

  TimeEstimate(TrainingListener listener) {
    super(listener);
  }

  @Override
  public void onStep(StepReport report) {
    steps++;
    if (steps == MEASURED_STEPS && report.etaSeconds() >= 60) {
      onMessage(
          "about %s min for the remaining %s steps on this machine"
              .formatted(Math.round(report.etaSeconds() / 60), report.maxIters() - report.step()));
    }
    super.onStep(report);
  }
}
