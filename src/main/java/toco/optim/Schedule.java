package toco.optim;

/// The learning rate as a pure function of the step, which counts from 0.
@FunctionalInterface
public interface Schedule {
  /// The learning rate of a step.
  ///
  /// @param step number of steps taken before it
  /// @param lr the group's base learning rate
  double lrAt(long step, double lr);

  /// The base learning rate at every step.
  static Schedule constant() {
    return (_, lr) -> lr;
  }
}
