package toco.reproduce;

import java.util.Locale;

/// The result of one check before a run.
///
/// @param status the outcome
/// @param text what was checked; if it is wrong, with what was expected and found, and the remedy
public record PreflightCheck(Status status, String text) {

  /// The outcome of a check.
  public enum Status {
    OK,
    /// Worth knowing; nothing fails because of it.
    NOTE,
    /// Not as published: the results would not be comparable.
    DIFFERS,
    /// Training or evaluation would fail.
    ERROR;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static PreflightCheck ok(String text) {
    return new PreflightCheck(Status.OK, text);
  }

  static PreflightCheck note(String text) {
    return new PreflightCheck(Status.NOTE, text);
  }

  static PreflightCheck error(String text) {
    return new PreflightCheck(Status.ERROR, text);
  }

  /// A line of the report.
  String line() {
    return "  %-8s %s\n".formatted(status, text);
  }
}
