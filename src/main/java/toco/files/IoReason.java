package toco.files;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Says why a file cannot be read or written, without the file's name: the messages of Java's
/// exceptions are often the name and nothing else.
public final class IoReason {
  private IoReason() {}

  /// The reason, on one line and never empty.
  public static String of(IOException thrown) {
    return switch (thrown) {
      case FileSystemException e when e.getReason() != null -> e.getReason();
      case NoSuchFileException _ -> "there is no such file or folder";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException e -> e.getClass().getSimpleName().replace("Exception", "");
      default -> {
        var message = thrown.getMessage();
        yield message == null || message.isBlank() ? thrown.toString() : message;
      }
    };
  }
}
