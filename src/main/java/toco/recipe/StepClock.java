package toco.recipe;

/// Hears where a step's time goes: each call ends the part that the call before it, or the step's
/// start, began.
@FunctionalInterface
public interface StepClock {
  /// For a step whose time nobody looks at.
  StepClock NONE = _ -> {};

  /// @param part what has been computed since the last call, such as `backward`
  void lap(String part);
}
