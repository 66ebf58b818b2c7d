package toco.data;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;
import toco.files.ResultFolder;

/// Finds the image files under a folder. Nothing that is found there ends the search.
final class FolderScan extends SimpleFileVisitor<Path> {
  /// Folders in which systems and devices keep thumbnails, deleted and lost files.
  private static final Set<String> SYSTEM_FOLDERS =
      Set.of(
          "$recycle.bin",
          "@eadir",
          "#recycle",
          "__macosx",
          "lost+found",
          "recycler",
          "system volume information");

  private final Path root;
  private final List<Path> except;
  private final List<Path> images = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<Path> results = new ArrayList<>();
  private final UnreadFormats unread = new UnreadFormats();

  private FolderScan(Path root, Collection<Path> except) {
    this.root = root;
    this.except = except.stream().filter(Files::exists).toList();
  }

  /// What was found.
  ///
  /// @param images regular files and links to them, in no particular order; links to missing files
  ///   are among them, so that reading them names them
  /// @param skipped what cannot be read, one line each with the reason
  /// @param results folders with results of this program, which were skipped
  /// @param unread files in formats that are not read
  record Found(List<Path> images, List<String> skipped, List<Path> results, UnreadFormats unread) {}

  /// @param except folders to skip, by whatever path they are reached; they need not exist
  /// @throws DataException if the folder itself cannot be read
  static Found of(Path root, Collection<Path> except) {
    var scan = new FolderScan(root, except);
    try (var _ = Files.newDirectoryStream(root)) {
      Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, scan);
    } catch (IOException e) {
      throw new DataException(
          "cannot read the folder %s: %s; check its permissions".formatted(root, IoReason.of(e)),
          e);
    }
    return new Found(scan.images, scan.skipped, scan.results, scan.unread);
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
      throws IOException {
    if (folder.equals(root)) {
      return FileVisitResult.CONTINUE;
    }
    if (ResultFolder.isMarked(folder)) {
      results.add(folder);
      return FileVisitResult.SKIP_SUBTREE;
    }
    return isHidden(folder) || isSystem(folder) || isExcepted(folder)
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
    if (isHidden(file)) {
      return FileVisitResult.CONTINUE;
    }
    if (!ImageNames.isImage(file.toString())) {
      unread.add(file);
    } else if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
      images.add(file);
    } else {
      skipped.add(file + ": it is a device or pipe");
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) {
    boolean isLoop = e instanceof FileSystemLoopException; // its images are found without the link
    if (!isLoop && !isHidden(file) && !isSystem(file)) {
      skipped.add("%s: %s".formatted(file, IoReason.of(e)));
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) {
    return e == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, e);
  }

  private boolean isExcepted(Path folder) throws IOException {
    for (var other : except) {
      if (Files.isSameFile(folder, other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHidden(Path path) {
    return name(path).startsWith(".");
  }

  private static boolean isSystem(Path path) {
    return SYSTEM_FOLDERS.contains(name(path).toLowerCase(Locale.ROOT));
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
