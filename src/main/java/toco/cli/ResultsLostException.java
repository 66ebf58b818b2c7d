package toco.cli;

import java.io.IOException;
import java.util.Locale;
import toco.files.IoReason;

/// A command's results could not be written to standard output.
final class ResultsLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean readerEnded;

  ResultsLostException(IOException cause) {
    super("cannot write the results to standard output: " + reason(cause), cause);
    readerEnded = text(cause).contains("pipe");
  }

  private static String reason(IOException cause) {
    return text(cause).contains("bad file descriptor")
        ? "it is closed; redirect it to a file, or to /dev/null"
        : IoReason.of(cause);
  }

  private static String text(IOException cause) {
    return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
  }

  /// Whether the program at the other end of a pipe, such as `head`, has read what it wanted. That
  /// is no error, and programs then end without a message.
  boolean readerEnded() {
    return readerEnded;
  }
}
