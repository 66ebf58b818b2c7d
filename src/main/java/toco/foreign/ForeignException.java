package toco.foreign;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A network of another program cannot be used. The message is one line: the file, what was
/// expected, what was found and what to do.
public final class ForeignException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param problem what is wrong and the remedy; follows the file's name
  ForeignException(Path file, String problem) {
    this(file, problem, null);
  }

  /// @param problem what is wrong and the remedy; follows the file's name
  ForeignException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
