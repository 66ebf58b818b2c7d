package toco.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// A file of weights or a checkpoint cannot be read or written. The message is one line: the file,
/// what was expected, what was found and what to do.
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

  /// For a file that could not be written.
  public static CheckpointException unwritable(Path file, IOException cause) {
    return new CheckpointException(
        file,
        ("cannot be written: %s; free space or choose another folder (an existing file of "
                + "that name is unchanged)")
            .formatted(IoReason.of(cause)),
        cause);
  }
}
