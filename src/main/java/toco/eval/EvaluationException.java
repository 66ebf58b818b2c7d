package toco.eval;

import java.nio.file.Path;

/// An evaluation's files cannot be written, read or put together. The message is one line that
/// names the file and the remedy.
public final class EvaluationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EvaluationException(Path file, String what) {
    super(file + ": " + what);
  }

  EvaluationException(Path file, String what, Throwable cause) {
    super(file + ": " + what, cause);
  }
}
