package toco.train;

import toco.eval.Scores;

/// What a training run tells whoever watches it; called on the training thread.
public interface TrainingListener {
  /// A line for the log, such as where the run starts or what a checkpoint is called.
  void onMessage(String line);

  /// After every step.
  void onStep(StepReport report);

  /// While an evaluation runs: images done of how many.
  void onEvaluationProgress(int done, int total);

  /// After an evaluation, at the number of steps done.
  void onEvaluation(long step, Scores scores);
}
