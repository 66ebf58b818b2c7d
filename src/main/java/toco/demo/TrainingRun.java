package toco.demo;

import toco.train.Trainer;

/// Runs a trainer to its end, or until something stops it.
@FunctionalInterface
public interface TrainingRun {
  /// Runs to the end.
  TrainingRun UNINTERRUPTED = Trainer::run;

  Trainer.Outcome run(Trainer trainer);
}
