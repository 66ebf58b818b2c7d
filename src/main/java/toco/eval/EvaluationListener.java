package toco.eval;

/// Receives an evaluation's progress.
@FunctionalInterface
public interface EvaluationListener {
  /// Ignores it.
  EvaluationListener NONE = (_, _) -> {};

  /// Called on the evaluating thread after every batch.
  ///
  /// @param done number of images evaluated, 1…total
  /// @param total number of images in the data set
  void onProgress(int done, int total);
}
