package toco.doctor;

import java.util.Locale;

/// One thing that was looked at.
///
/// @param name what it is
/// @param state how it stands
/// @param found what was found
/// @param remedy what to do; empty if nothing has to be done
public record HealthCheck(String name, State state, String found, String remedy) {
  /// How something stands.
  public enum State {
    OK,
    /// Works, but not as well as it could.
    NOTE,
    /// ToCo cannot work like this.
    MISSING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public HealthCheck {
    if (state == State.MISSING && remedy.isBlank()) {
      throw new IllegalArgumentException(
          "what is missing must come with a remedy, got none for " + name);
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
