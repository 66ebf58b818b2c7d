package toco.library;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/// Creates folders in the [CacheFolder]. Each appears complete or not at all: it is written under
/// another name and then renamed, by one process at a time. What a killed process left behind, the
/// next one deletes.
///
/// @param folder may not exist yet
record LibraryCache(Path folder) {
  private static final int LARGE_MB = 100;

  /// Writes a folder's content.
  interface Content {
    void writeTo(Path folder) throws IOException, LibraryException;
  }

  /// The folder with files of jars and links, which is unpacked if it is missing or altered.
  Path unpacked(UnpackedFiles files) throws LibraryException {
    var target = folder.resolve(files.folderName());
    try {
      if (files.areIn(target)) {
        CacheLock.deleteLitterIn(folder);
        return target;
      }
      try (var lock = new CacheLock(folder)) {
        if (!files.areIn(target)) { // otherwise another process has unpacked it
          lock.deleteLitter();
          requireSpace(files);
          announce(files);
          create(target, files::writeTo, lock);
        }
      }
      return target;
    } catch (IOException e) {
      throw failure("cannot unpack " + files.name(), files.size(), e);
    }
  }

  /// A folder whose name stands for its content, which is written if it does not exist.
  Path folder(String name, Content content) throws LibraryException {
    var target = folder.resolve(name);
    try {
      if (!Files.isDirectory(target)) {
        try (var lock = new CacheLock(folder)) {
          if (!Files.isDirectory(target)) {
            lock.deleteLitter();
            create(target, content, lock);
          }
        }
      }
      return target;
    } catch (IOException e) {
      throw failure("cannot write " + name, 0, e);
    }
  }

  private void create(Path target, Content content, CacheLock lock)
      throws IOException, LibraryException {
    var staging = lock.hiddenFolder("new");
    var replaced = lock.hiddenFolder("old");
    try {
      content.writeTo(Files.createDirectory(staging));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(target, replaced); // programs that run keep what they have loaded
      }
      Files.move(staging, target);
    } finally {
      CacheLock.deleteTree(staging);
      CacheLock.deleteTree(replaced);
    }
  }

  private void requireSpace(UnpackedFiles files) throws IOException, LibraryException {
    long free = Files.getFileStore(folder).getUsableSpace();
    if (free < files.size()) {
      throw failure(
          "cannot unpack " + files.name(),
          files.size(),
          new IOException("No space left on device, %s MB free".formatted(free >> 20)));
    }
  }

  /// What takes a few seconds is announced.
  private void announce(UnpackedFiles files) {
    if (files.size() >> 20 >= LARGE_MB) {
      System.err.printf(
          "toco: unpacking %s (%d MB, once) into %s%n", files.name(), files.size() >> 20, folder);
    }
  }

  private LibraryException failure(String what, long bytes, IOException cause) {
    var reason = reason(cause);
    var remedy =
        reason.matches("(?s).*(No space left|quota exceeded|File too large).*")
            ? "free %s MB there".formatted((bytes >> 20) + 1)
            : "make it writable";
    return new LibraryException(
        "%s into the cache %s: %s; %s, or set XDG_CACHE_HOME to a folder on another disk"
            .formatted(what, folder, reason, remedy));
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException problem) {
      var reason = problem.getReason();
      var kind = problem.getClass().getSimpleName().replace("Exception", "");
      return "%s (%s)".formatted(problem.getFile(), reason == null ? kind : reason);
    }
    return String.valueOf(cause.getMessage());
  }
}
