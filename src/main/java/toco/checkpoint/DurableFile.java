package toco.checkpoint;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicLong;

/// Writes a whole file or none, and returns once the disk has it.
///
/// The content goes to a temporary file beside the target, is flushed, and takes the target's name
/// in one step; then the folder is flushed, so that the name survives a power cut too. Any failure
/// leaves the old file as it was and no temporary one; only a killed process leaves one, which
/// [#isTemporary] tells.
final class DurableFile {
  private static final String SUFFIX = ".tmp";
  private static final AtomicLong COUNTER = new AtomicLong();

  private DurableFile() {}

  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  static void write(Path target, Content content) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null) {
      throw new IOException("not a file's path");
    }
    Files.createDirectories(folder);
    long pid = ProcessHandle.current().pid();
    var temporary =
        folder.resolve(
            ".%s.%d-%d%s"
                .formatted(absolute.getFileName(), pid, COUNTER.incrementAndGet(), SUFFIX));
    try {
      try (var channel = FileChannel.open(temporary, CREATE_NEW, WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    flushFolder(folder);
  }

  /// Whether a file's name is one that [#write] gives to unfinished files.
  static boolean isTemporary(Path file) {
    var name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(SUFFIX);
  }

  static void flushFolder(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, READ)) {
      channel.force(true);
    }
  }
}
