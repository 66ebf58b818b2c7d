package toco.files;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;

/// Writes files atomically: the content goes to a temporary file next to the target, which is then
/// renamed to the target. Of a symbolic link, the file that it points to is written. A reader sees
/// either the old file or the new one. After a failure the old file is unchanged, no temporary file
/// is left, and the exception names the target. Only a killed process leaves a temporary file;
/// [#isTemporary] recognises its name.
public final class AtomicFile {
  private static final String SUFFIX = ".tmp";
  private static final int MAX_LINKS = 40; // as in Linux
  private static final SecureRandom RANDOM = new SecureRandom();

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

  /// The same, but returns only when file and name are on the disk and survive a power failure,
  /// where the file system can promise that.
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

  /// The same for a finished file next to the target, which becomes it. If that fails, the finished
  /// file is as before.
  ///
  /// @throws IOException if it cannot be renamed; the target is then as before
  public static void rename(Path finished, Path target) throws IOException {
    var file = withoutLinks(target);
    requireReplaceable(target, file);
    moveOver(finished, file);
    FileSync.forceNames(Objects.requireNonNull(file.getParent()));
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
              FileSync.force(channel);
            }
          }
        },
        durably);
  }

  private static void replace(Path target, NamedContent content, boolean durably)
      throws IOException {
    var file = withoutLinks(target);
    requireReplaceable(target, file);
    var folder = file.getParent();
    if (folder == null) {
      throw new IOException(target + " is not a file's path");
    }
    Files.createDirectories(folder);
    var temporary = folder.resolve(temporaryName());
    try {
      content.writeTo(temporary);
      moveOver(temporary, file);
    } catch (IOException e) {
      throw naming(target, e);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (durably) {
      FileSync.forceNames(folder);
    }
  }

  /// The file that a link points to, whether or not it exists: writing keeps the link, as a shell's
  /// `>` does.
  private static Path withoutLinks(Path target) throws IOException {
    var file = target.toAbsolutePath();
    for (int i = 0; Files.isSymbolicLink(file); i++) {
      if (i == MAX_LINKS) {
        throw new FileSystemLoopException(target.toString());
      }
      file = file.resolveSibling(Files.readSymbolicLink(file));
    }
    return file;
  }

  /// A rename would replace a device such as `/dev/null` by a file.
  private static void requireReplaceable(Path target, Path file) throws FileSystemException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(target.toString(), null, "is a folder, expected a file's name");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new FileSystemException(
          target.toString(), null, "is a device or pipe, expected a file's name");
    }
  }

  /// Short, so that it fits wherever the target's name does, and different on every machine that
  /// writes to a shared folder.
  private static String temporaryName() {
    return "." + HexFormat.of().toHexDigits(RANDOM.nextLong()) + SUFFIX;
  }

  /// Some network file systems do not rename over an existing file, or not atomically: the old file
  /// is then moved aside first, and back if that fails.
  private static void moveOver(Path temporary, Path file) throws IOException {
    try {
      Files.move(temporary, file, ATOMIC_MOVE, REPLACE_EXISTING);
    } catch (FileSystemException refused) {
      if (!Files.exists(file)) {
        moveOrFail(temporary, file, refused);
        return;
      }
      var old = file.resolveSibling(temporaryName() + ".old");
      moveOrFail(file, old, refused);
      try {
        moveOrFail(temporary, file, refused);
      } catch (IOException e) {
        Files.move(old, file);
        throw e;
      }
      Files.deleteIfExists(old);
    }
  }

  private static void moveOrFail(Path from, Path to, FileSystemException first)
      throws FileSystemException {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      first.addSuppressed(e);
      throw first;
    }
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
