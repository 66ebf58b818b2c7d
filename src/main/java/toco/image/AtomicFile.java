package toco.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/// Writes a whole file or none: the bytes go to a temporary file beside the target, which is then
/// renamed. A reader sees the old file or the new one, and a failed write leaves the old one
/// intact.
public final class AtomicFile {
  /// How every temporary file's name ends, so that what a killed process left can be told.
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final AtomicLong COUNTER = new AtomicLong();

  private AtomicFile() {}

  /// Replaces `target` by these bytes, making its folder if need be.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before
  public static void write(Path target, byte[] bytes) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      throw new IOException(target + " is not a file's path");
    }
    Files.createDirectories(folder);
    String unique = "." + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    Path temporary = folder.resolve("." + absolute.getFileName() + unique + TEMPORARY_SUFFIX);
    try {
      Files.write(temporary, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
