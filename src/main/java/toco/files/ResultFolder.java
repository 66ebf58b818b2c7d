package toco.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where results are written. A folder of pictures gets a hidden file when the program creates it;
/// by this file a later search for images recognises the folder and skips it, wherever it is.
///
/// The checks run before the work whose results are to be written, and leave nothing behind.
public final class ResultFolder {
  /// The name of the hidden file.
  public static final String MARK = ".toco-results";

  private static final String TEXT = "Results of toco, which reads no images from this folder.\n";

  private ResultFolder() {}

  /// Whether the program created the folder for its results.
  public static boolean isMarked(Path folder) {
    return Files.exists(folder.resolve(MARK));
  }

  /// Creates a folder for pictures and marks it. A folder that holds other files already is used as
  /// it is: they may be images of the user.
  ///
  /// @param own names of files that the program itself may have written there
  /// @return whether the folder is marked
  /// @throws UncheckedIOException if it cannot be created or written
  public static boolean create(Path folder, Set<String> own) {
    try {
      Files.createDirectories(folder);
      if (!isMarked(folder) && holdsOnly(folder, own)) {
        Files.writeString(folder.resolve(MARK), TEXT);
      }
      return isMarked(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The same for a folder that is to be new or empty.
  public static boolean create(Path folder) {
    return create(folder, Set.of());
  }

  private static boolean holdsOnly(Path folder, Set<String> own) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (var file : files) {
        if (!own.contains(file.getFileName().toString())) {
          return false;
        }
      }
      return true;
    }
  }

  /// Checks that a folder can be created, or files in it if it exists.
  ///
  /// @throws IllegalArgumentException naming the folder or file that is in the way
  public static void requireFolder(Path folder) {
    var problem = problem(folder);
    if (problem != null) {
      throw new IllegalArgumentException(
          "cannot write to the folder %s: %s; name another with --out".formatted(folder, problem));
    }
  }

  /// Checks that a file can be created or replaced.
  ///
  /// @throws IllegalArgumentException naming the folder or file that is in the way
  public static void requireFile(Path file) {
    var parent = file.toAbsolutePath().getParent();
    String problem;
    if (parent == null || Files.isDirectory(file)) {
      problem = "it is a folder";
    } else if (Files.exists(file) && !Files.isRegularFile(file)) {
      problem = "it is a device or pipe, and results replace a file as a whole";
    } else {
      problem = problem(parent);
    }
    if (problem != null) {
      throw new IllegalArgumentException(
          "cannot write %s: %s; name another file".formatted(file, problem));
    }
  }

  /// The nearest folder that exists is the one that must be writable. A temporary file shows it:
  /// permissions do not tell of read-only disks.
  private static @Nullable String problem(Path folder) {
    var existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
      existing = existing.getParent();
    }
    if (!Files.exists(existing)) {
      return existing + " is a link to a folder that is missing";
    }
    if (!Files.isDirectory(existing)) {
      return existing + " is not a folder";
    }
    try {
      Files.delete(Files.createTempFile(existing, ".toco", ".tmp"));
      return null;
    } catch (NoSuchFileException e) {
      return existing + " takes no files";
    } catch (IOException e) {
      return "%s: %s".formatted(existing, IoReason.of(e));
    }
  }
}
