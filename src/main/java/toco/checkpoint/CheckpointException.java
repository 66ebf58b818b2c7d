package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// A weights or checkpoint file that cannot be used, or could not be written. The message is one
/// line: the file, what was expected, what was found, and what to do.
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param problem what is wrong and the remedy; follows the file's name
  public CheckpointException(Path file, String problem) {
    this(file, problem, null);
  }

  /// @param problem what is wrong and the remedy; follows the file's name
  public CheckpointException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }

  /// Of a file that could not be written: why, and the remedy.
  public static CheckpointException unwritable(Path file, IOException cause) {
    return new CheckpointException(
        file,
        ("cannot be written: %s; free space or choose another folder, an older file of "
                + "that name is untouched")
            .formatted(IoReason.of(cause)),
        cause);
  }
}
