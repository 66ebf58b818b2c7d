package toco.demo;

import toco.eval.Scores;
import toco.train.StepReport;
import toco.train.TrainingListener;

/// Says once, a few steps after a start, how long the training will take.
final class TimeEstimate implements TrainingListener {
  private static final int MEASURED_STEPS = 5;

  private final TrainingListener listener;
  private int steps;

  TimeEstimate(TrainingListener listener) {
    this.listener = listener;
  }

  @Override
  public void onStep(StepReport report) {
    steps++;
    if (steps == MEASURED_STEPS && report.etaSeconds() >= 60) {
      listener.onMessage(
          "about %s min for the remaining %s steps on this machine"
              .formatted(Math.round(report.etaSeconds() / 60), report.maxIters() - report.step()));
    }
    listener.onStep(report);
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

  @Override
  public void onOtherEvaluation(long step, String network, Scores scores) {
    listener.onOtherEvaluation(step, network, scores);
  }
}
