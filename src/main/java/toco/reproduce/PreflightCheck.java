package toco.reproduce;

import java.util.Locale;

/// Something that was checked.
///
/// @param status how it came out
/// @param text what, with expected, got and remedy where it is wrong
public record PreflightCheck(Status status, String text) {

  /// How a check came out.
  public enum Status {
    OK,
    /// Worth knowing; nothing fails by it.
    NOTE,
    /// Not as published: the figures would be of something else.
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
