package toco.onnx;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// An ONNX file cannot be written, read or run. The message is one line: the file, what was
/// expected, what was found and what to do.
public final class OnnxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param problem what is wrong and the remedy; follows the file's name
  public OnnxException(Path file, String problem) {
    this(file, problem, null);
  }

  /// @param problem what is wrong and the remedy; follows the file's name
  public OnnxException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
