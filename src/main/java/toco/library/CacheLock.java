package toco.library;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// Held by the one process that writes; the system releases it when a process ends.
final class CacheLock implements AutoCloseable {
  private static final String HIDDEN = ".unpacking-";
  private static final String FILE = ".unpacking.lock";
  private static final int POLL_MILLIS = 50;

  private final Path folder;
  private final FileChannel channel;

  /// Null on a file system without locks: then two processes may unpack at once, and the first to
  /// rename its folder wins.
  private final @Nullable FileLock lock;

  CacheLock(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    channel = open(folder);
    lock = acquired();
  }

  /// Deletes what a killed process left, if no process holds the lock.
  static void deleteLitterIn(Path folder) {
    try (var litter = Files.newDirectoryStream(folder, HIDDEN + "*")) {
      if (!litter.iterator().hasNext()) {
        return;
      }
      try (var channel = open(folder);
          var lock = channel.tryLock()) {
        if (lock != null) {
          deleteAll(folder);
        }
      }
    } catch (IOException | OverlappingFileLockException e) {
      // the cache is read-only, or another thread of this process is unpacking
    }
  }

  /// A name for a folder that is not finished, or no longer used.
  Path hiddenFolder(String kind) {
    return folder.resolve(
        "%s%s-%d-%x".formatted(HIDDEN, kind, ProcessHandle.current().pid(), System.nanoTime()));
  }

  private static FileChannel open(Path folder) throws IOException {
    return FileChannel.open(
        folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private @Nullable FileLock acquired() {
    while (true) {
      try {
        var free = channel.tryLock();
        if (free != null) {
          return free;
        }
        System.err.println("toco: waiting for another process that unpacks into " + folder);
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
    if (lock != null) {
      deleteAll(folder);
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    try (var entries = Files.newDirectoryStream(folder, HIDDEN + "*")) {
      for (var entry : entries) {
        deleteTree(entry);
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var walk = Files.walk(tree)) {
      for (var path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
