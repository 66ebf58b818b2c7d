package toco.optim;

/// The learning rate as a pure function of the step, counted from 0 and read before its update.
@FunctionalInterface
public interface Schedule {
  /// @param step steps taken so far
  /// @param lr the group's full learning rate
  double lrAt(long step, double lr);

  /// The full rate at every step.
  static Schedule constant() {
    return (_, lr) -> lr;
  }
}
