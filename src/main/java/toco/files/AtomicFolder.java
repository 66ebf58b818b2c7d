package toco.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Objects;

/// Writes a folder of files as a whole: they go to a temporary folder next to it, which is then
/// renamed. The folder is complete or as before, whatever happens; only a killed process leaves the
/// temporary folder, whose name [AtomicFile#isTemporary] recognises. Ctrl-C removes it.
///
/// Nothing is replaced: the folder must be new or empty.
public final class AtomicFolder {
  private static final SecureRandom RANDOM = new SecureRandom();

  private AtomicFolder() {}

  /// Writes the files of a folder.
  @FunctionalInterface
  public interface Content {
    /// @param folder exists and is empty
    void writeTo(Path folder) throws IOException;
  }

  /// Checks that a folder can be written, before the work whose result it is to hold.
  ///
  /// @throws FileSystemException saying what is there
  public static void requireNew(Path target) throws IOException {
    if (Files.isSymbolicLink(target)) {
      throw new FileSystemException(target.toString(), null, "is a link, expected a new folder");
    }
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new FileSystemException(target.toString(), null, "is a file, expected a new folder");
    }
    try (var files = Files.newDirectoryStream(target)) {
      if (files.iterator().hasNext()) {
        throw notEmpty(target);
      }
    }
    if (Files.isSameFile(target, Path.of(""))) { // a rename would take it away from its shell
      throw new FileSystemException(
          target.toString(), null, "is the working directory, expected a new folder");
    }
  }

  /// Writes a folder.
  ///
  /// @throws IOException if it is not new, or cannot be written; it is then as before, also after
  ///   any other exception that `content` throws
  public static void write(Path target, Content content) throws IOException {
    requireNew(target);
    var folder = target.toAbsolutePath().normalize();
    var parent = Objects.requireNonNull(folder.getParent());
    Files.createDirectories(parent);
    var temporary = parent.resolve("." + HexFormat.of().toHexDigits(RANDOM.nextLong()) + ".tmp");
    var onExit = Thread.ofPlatform().unstarted(() -> delete(temporary));
    Runtime.getRuntime().addShutdownHook(onExit);
    try {
      Files.createDirectory(temporary);
      content.writeTo(temporary);
      FileSync.forceNames(temporary);
      rename(temporary, folder, target);
      FileSync.forceNames(parent);
    } finally {
      delete(temporary);
      keep(onExit);
    }
  }

  /// Fails if somebody else has put files there meanwhile.
  private static void rename(Path temporary, Path folder, Path target) throws IOException {
    try {
      Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      requireNew(target);
      throw new FileSystemException(target.toString(), null, IoReason.of(e));
    }
  }

  private static FileSystemException notEmpty(Path target) {
    return new FileSystemException(target.toString(), null, "is a folder that is not empty");
  }

  private static void keep(Thread onExit) {
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // the program is ending, and the hook is running
    }
  }

  /// What cannot be deleted stays: the failure that matters has been thrown already.
  private static void delete(Path temporary) {
    try (var files = Files.walk(temporary)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // also if it is gone, because it was renamed
    }
  }
}
