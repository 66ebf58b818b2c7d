package toco.image.formats;

import java.io.IOException;

/// A file that is damaged or of a kind that is not read. The message is the reason, a clause.
public final class FormatException extends IOException {
  private final String remedy;

  FormatException(String reason, String remedy) {
    super(reason);
    this.remedy = remedy;
  }

  /// What is claimed is more than the file holds.
  static FormatException truncated(String format) {
    return new FormatException("the %s is truncated".formatted(format), Bytes.REPLACE);
  }

  static FormatException damaged(String format, String what) {
    return new FormatException("the %s is damaged (%s)".formatted(format, what), Bytes.REPLACE);
  }

  /// What to do, a clause.
  public String remedy() {
    return remedy;
  }
}
