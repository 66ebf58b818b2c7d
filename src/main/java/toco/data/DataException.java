package toco.data;

/// A data set that cannot be used as it is. The message names the file, what was expected, what was
/// found and what to do. It is one line of limited length, whatever text of a file it quotes.
public final class DataException extends RuntimeException {
  private static final int MAX_LENGTH = 900;

  public DataException(String message) {
    super(oneLine(message, MAX_LENGTH));
  }

  public DataException(String message, Throwable cause) {
    super(oneLine(message, MAX_LENGTH), cause);
  }

  /// Text of a file for a message: shortened, and on one line.
  static String shortened(String text) {
    return oneLine(text, 120);
  }

  private static String oneLine(String text, int maxLength) {
    boolean cut = text.length() > maxLength;
    var line = (cut ? text.substring(0, maxLength) : text).replaceAll("\\p{Cntrl}+", " ").strip();
    return cut ? line + "…" : line;
  }
}
