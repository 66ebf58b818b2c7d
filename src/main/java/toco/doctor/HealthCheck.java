package toco.doctor;

import java.util.Locale;

/// The result of one check.
///
/// @param name what was checked
/// @param state the outcome
/// @param found what was found
/// @param remedy what to do; empty if there is nothing to do
public record HealthCheck(String name, State state, String found, String remedy) {
  /// The outcome of a check.
  public enum State {
    OK,
    /// Works, but not as well as it could.
    NOTE,
    /// ToCo cannot run like this.
    MISSING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public HealthCheck {
    if (state == State.MISSING && remedy.isBlank()) {
      throw new IllegalArgumentException(
          "a check that finds something missing needs a remedy, got none for " + name);
    }
  }

  static HealthCheck ok(String name, String found) {
    return new HealthCheck(name, State.OK, found, "");
  }

  static HealthCheck note(String name, String found, String remedy) {
    return new HealthCheck(name, State.NOTE, found, remedy);
  }

  static HealthCheck missing(String name, String found, String remedy) {
    return new HealthCheck(name, State.MISSING, found, remedy);
  }
}
