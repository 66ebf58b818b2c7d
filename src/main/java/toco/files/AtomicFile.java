package toco.files;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicLong;

/// Writes a whole file or none: the content goes to a temporary file beside the target, which then
/// takes the target's name in one step. A reader sees the old file or the new one. Any failure
/// leaves the old file as it was and no temporary one, and its exception names the target; only a
/// killed process leaves a temporary file, which [#isTemporary] tells.
public final class AtomicFile {
  private static final String SUFFIX = ".tmp";
  private static final AtomicLong COUNTER = new AtomicLong();

  private AtomicFile() {}

  /// Writes a file's content from its beginning.
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Writes a file by its name, for a library that takes no channel.
  @FunctionalInterface
  public interface NamedContent {
    /// @param file does not exist yet
    void writeTo(Path file) throws IOException;
  }

  /// Replaces `target` by these bytes, making its folder if need be.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before
  public static void write(Path target, byte[] bytes) throws IOException {
    write(
        target,
        channel -> {
          var rest = ByteBuffer.wrap(bytes);
          while (rest.hasRemaining()) {
            channel.write(rest);
          }
        },
        false);
  }

  /// The same for content of any size.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before
  public static void write(Path target, Content content) throws IOException {
    write(target, content, false);
  }

  /// The same, and returns once the disk has it: file and name then survive a power cut.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before
  public static void writeDurably(Path target, Content content) throws IOException {
    write(target, content, true);
  }

  /// The same for content that is written by a name, which is not the target's.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before, as
  ///   it is after whatever else `content` throws
  public static void writeByName(Path target, NamedContent content) throws IOException {
    replace(target, content, false);
  }

  /// Whether a file's name is one that unfinished files have.
  public static boolean isTemporary(Path file) {
    var name = file.getFileName().toString();
    return name.startsWith(".") && name.endsWith(SUFFIX);
  }

  private static void write(Path target, Content content, boolean durably) throws IOException {
    replace(
        target,
        file -> {
          try (var channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
            content.writeTo(channel);
            if (durably) {
              channel.force(true);
            }
          }
        },
        durably);
  }

  private static void replace(Path target, NamedContent content, boolean durably)
      throws IOException {
    var absolute = target.toAbsolutePath();
    var folder = absolute.getParent();
    if (folder == null) {
      throw new IOException(target + " is not a file's path");
    }
    Files.createDirectories(folder);
    long pid = ProcessHandle.current().pid();
    var temporary =
        folder.resolve(
            ".%s.%d-%d%s"
                .formatted(absolute.getFileName(), pid, COUNTER.incrementAndGet(), SUFFIX));
    try {
      content.writeTo(temporary);
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw naming(target, e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (durably) { // the new name is the folder's content
      try (var channel = FileChannel.open(folder, READ)) {
        channel.force(true);
      }
    }
  }

  /// Of a full disk Java names no file, of other failures the temporary one, which is gone.
  private static FileSystemException naming(Path target, IOException e) {
    var failure =
        e instanceof AccessDeniedException
            ? new AccessDeniedException(target.toString())
            : new FileSystemException(target.toString(), null, IoReason.of(e));
    failure.initCause(e);
    return failure;
  }
}
