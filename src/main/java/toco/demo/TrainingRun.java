package toco.demo;

import toco.train.Trainer;

/// Runs a trainer until it is done or stopped.
@FunctionalInterface
public interface TrainingRun {
  /// Runs to the end.
  TrainingRun UNINTERRUPTED = Trainer::run;

  Trainer.Outcome run(Trainer trainer);
}
