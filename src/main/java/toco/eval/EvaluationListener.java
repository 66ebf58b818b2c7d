package toco.eval;

/// Hears how far an evaluation has come.
@FunctionalInterface
public interface EvaluationListener {
  /// Hears nothing.
  EvaluationListener NONE = (_, _) -> {};

  /// Called on the evaluating thread after every batch.
  ///
  /// @param done images evaluated so far, 1…total
  /// @param total images of the data set
  void onProgress(int done, int total);
}
