package toco.recipe;

/// Receives the end of each part of a step, to time it. A part begins where the part before it
/// ended.
@FunctionalInterface
public interface StepClock {
  /// Times nothing.
  StepClock NONE = _ -> {};

  /// @param part name of the part that ended, such as `backward`
  void lap(String part);
}
