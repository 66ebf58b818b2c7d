package toco.demo;

import toco.eval.Scores;
import toco.train.StepReport;
import toco.train.TrainingListener;

/// Tells another listener everything; subclasses change or add something.
abstract class ForwardingListener implements TrainingListener {
  private final TrainingListener listener;

  ForwardingListener(TrainingListener listener) {
    this.listener = listener;
  }

  @Override
  public void onStep(StepReport report) {
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
