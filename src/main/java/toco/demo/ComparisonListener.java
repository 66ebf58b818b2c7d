package toco.demo;

import toco.train.TrainingListener;

/// Receives the progress of a [Comparison]. The `etaSeconds` of its step reports are those to the
/// end of all runs.
public interface ComparisonListener extends TrainingListener {
  /// Before a run is trained.
  ///
  /// @param run its number, from 1
  /// @param runs how many there are
  /// @param name what it is, such as `more, seed 1`
  default void onRun(int run, int runs, String name) {}
}
