package toco.image;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// An image file that cannot be read or written. The message is one line that names the file, what
/// is wrong with it and what to do.
public final class ImageException extends RuntimeException {
  /// @param message one line: the file, what is wrong, the remedy
  public ImageException(String message) {
    super(message);
  }

  /// @param message one line: the file, what is wrong, the remedy
  public ImageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// An unreadable file: `cannot read photo.jpg: the file is truncated; replace it …`.
  static ImageException unreadable(String source, String reason, String remedy) {
    return new ImageException("cannot read " + source + ": " + reason + "; " + remedy);
  }

  /// An image that is too large for the Java heap, where a library decodes it.
  static ImageException heap(String source, int widthPx, int heightPx, @Nullable Throwable cause) {
    return new ImageException(
        "cannot read %s: the Java heap of %s MB cannot hold its %s×%s px; %s"
            .formatted(
                source,
                Runtime.getRuntime().maxMemory() >> 20,
                widthPx,
                heightPx,
                "scale it down, or raise the heap with TOCO_JAVA_OPTS=-Xmx4g"),
        cause);
  }

  /// The message of an exception of a decoder or file, on one line and never empty.
  static String reason(Throwable thrown) {
    String message = thrown instanceof IOException e ? IoReason.of(e) : thrown.getMessage();
    String text =
        message == null || message.isBlank() ? thrown.getClass().getSimpleName() : message;
    return text.strip().replaceAll("\\s+", " ");
  }
}
