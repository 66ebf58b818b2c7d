package toco.train;

import toco.download.DownloadProgress;
import toco.eval.Scores;

/// Receives the progress of a training run; called on the training thread.
public interface TrainingListener extends DownloadProgress {
  /// A line for the log, such as the step that the run resumes at.
  @Override
  void onMessage(String line);

  /// While pretrained weights are downloaded.
  @Override
  default void onBytes(String name, long done, long total) {}

  /// After every step.
  void onStep(StepReport report);

  /// While an evaluation runs: images done, and in all.
  default void onEvaluationProgress(int done, int total) {}

  /// After an evaluation.
  ///
  /// @param step steps done
  default void onEvaluation(long step, Scores scores) {}

  /// After an evaluation of another network than the one that the recipe evaluates.
  ///
  /// @param network its name, [toco.recipe.Recipe#TRAINED] or another
  default void onOtherEvaluation(long step, String network, Scores scores) {}
}
