package toco.library;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Creates folders in the [CacheFolder]. Each appears complete or not at all: it is written under
/// another name and then renamed, by one process at a time. What a killed process left behind, the
/// next one deletes.
///
/// @param folder may not exist yet
record LibraryCache(Path folder) {
  private static final String STAGING = ".unpacking-";
  private static final int LARGE_MB = 100;
  private static final int POLL_MILLIS = 50;

  /// Writes a folder's content.
  interface Content {
    void writeTo(Path folder) throws IOException, LibraryException;
  }

  /// The folder with files of jars and links, which is unpacked if it is missing or altered.
  Path unpacked(UnpackedFiles files) throws LibraryException {
    var target = folder.resolve(files.folderName());
    try {
      if (!files.areIn(target)) {
        try (var lock = new Lock(folder)) {
          if (!files.areIn(target)) { // otherwise another process has unpacked it
            requireSpace(files);
            announce(files);
            create(target, files::writeTo, lock);
          }
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
        try (var lock = new Lock(folder)) {
          if (!Files.isDirectory(target)) {
            create(target, content, lock);
          }
        }
      }
      return target;
    } catch (IOException e) {
      throw failure("cannot write " + name, 0, e);
    }
  }

  private void create(Path target, Content content, Lock lock)
      throws IOException, LibraryException {
    lock.deleteLitter();
    var staging = hidden();
    var replaced = hidden();
    try {
      content.writeTo(Files.createDirectory(staging));
      if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(target, replaced); // programs that run keep what they have loaded
      }
      Files.move(staging, target);
    } finally {
      deleteTree(staging);
      deleteTree(replaced);
    }
  }

  private Path hidden() {
    return folder.resolve(
        STAGING + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()));
  }

  private static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var walk = Files.walk(tree)) {
      for (var path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
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

  /// Held by the one process that writes; the system releases it when a process ends.
  private static final class Lock implements AutoCloseable {
    private final Path folder;
    private final FileChannel channel;
    private final @Nullable FileLock lock;

    Lock(Path folder) throws IOException {
      this.folder = Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve(".unpacking.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      lock = acquired();
    }

    /// Null on a file system without locks: then two processes may unpack at once, and the first to
    /// rename its folder wins.
    private @Nullable FileLock acquired() {
      while (true) {
        try {
          return channel.lock();
        } catch (OverlappingFileLockException e) { // another thread of this process has it
          sleep();
        } catch (IOException e) {
          return null;
        }
      }
    }

    private static void sleep() {
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /// Deletes unfinished and replaced folders, all of which belong to nobody while this is held.
    void deleteLitter() throws IOException {
      if (lock == null) {
        return;
      }
      try (var entries = Files.newDirectoryStream(folder, STAGING + "*")) {
        for (var entry : entries) {
          deleteTree(entry);
        }
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
