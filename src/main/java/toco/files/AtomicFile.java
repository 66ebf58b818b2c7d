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

/// Writes files atomically: the content goes to a temporary file next to the target, which is then
/// renamed to the target. A reader sees either the old file or the new one. After a failure the old
/// file is unchanged, no temporary file is left, and the exception names the target. Only a killed
/// process leaves a temporary file; [#isTemporary] recognises its name.
public final class AtomicFile {
  private static final String SUFFIX = ".tmp";
  private static final int KEPT_CHARACTERS = 50; // at most 200 of the 255 bytes of a name
  private static final AtomicLong COUNTER = new AtomicLong();

  private AtomicFile() {}

  /// Writes a file's content from its beginning.
  @FunctionalInterface
  public interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  /// Writes a file by its path, for a library that does not take a channel.
  @FunctionalInterface
  public interface NamedContent {
    /// @param file does not exist yet
    void writeTo(Path file) throws IOException;
  }

  /// Replaces `target` with these bytes; creates its folder if necessary.
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

  /// The same, but returns only when file and name are on the disk and survive a power failure.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before
  public static void writeDurably(Path target, Content content) throws IOException {
    write(target, content, true);
  }

  /// The same for a library that writes to a path, which is not the target's.
  ///
  /// @throws IOException if the folder or file cannot be written; the target is then as before,
  ///   also after any other exception that `content` throws
  public static void writeByName(Path target, NamedContent content) throws IOException {
    replace(target, content, false);
  }

  /// Whether a file's name is that of an unfinished temporary file.
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
                .formatted(
                    beginning(absolute.getFileName().toString()),
                    pid,
                    COUNTER.incrementAndGet(),
                    SUFFIX));
    try {
      content.writeTo(temporary);
      Files.move(
          temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw naming(target, e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (durably) { // the folder holds the new name
      try (var channel = FileChannel.open(folder, READ)) {
        channel.force(true);
      }
    }
  }

  /// The temporary name is longer than the target's, which may be as long as names can be.
  private static String beginning(String name) {
    int[] kept = name.codePoints().limit(KEPT_CHARACTERS).toArray();
    return new String(kept, 0, kept.length);
  }

  /// If the disk is full, Java's message names no file; otherwise it names the temporary file,
  /// which is gone.
  private static FileSystemException naming(Path target, IOException e) {
    var failure =
        e instanceof AccessDeniedException
            ? new AccessDeniedException(target.toString())
            : new FileSystemException(target.toString(), null, IoReason.of(e));
    failure.initCause(e);
    return failure;
  }
}
