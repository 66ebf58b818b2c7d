package toco.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import toco.data.DataException;
import toco.download.ByteCount;
import toco.download.Source;
import toco.files.FileLocks;

/// Where a data set is prepared, and with what.
///
/// @param home the data set's folder
/// @param freeSpace of a folder's disk
record Workplace(
    PrepareOptions options,
    Path home,
    ArchiveStore archives,
    FreeBytes freeSpace,
    PrepareListener listener) {
  private static final long RESERVE = 64L << 20; // file systems fill up before their last byte
  private static final String LOCK = ".toco-prepare.lock";

  /// The free space of a folder's disk.
  @FunctionalInterface
  interface FreeBytes {
    long of(Path folder) throws IOException;
  }

  /// Work on a data set.
  @FunctionalInterface
  interface Work {
    Prepared run();
  }

  /// Does work that no other process may do at the same time.
  ///
  /// @throws DataException if another process does it
  Prepared alone(Work work) {
    var file = home.resolve(LOCK);
    try {
      Files.createDirectories(home);
      try (var channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        if (FileLocks.tryLock(channel) == FileLocks.Outcome.TAKEN) {
          throw new DataException(
              "another process is preparing %s; wait until it has finished".formatted(home));
        }
        var done = work.run();
        Files.deleteIfExists(file);
        return done;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Checks that a number of bytes can be written to the data set's folder.
  ///
  /// @throws DataException if they cannot
  void requireSpace(long bytes, String what) {
    try {
      long free = freeSpace.of(home);
      if (bytes > 0 && free < bytes + RESERVE) {
        throw new DataException(
            "%s needs %s in %s, but only %s are free; free some space or choose another --root"
                .formatted(what, ByteCount.of(bytes + RESERVE), home, ByteCount.of(free)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes downloaded archives if the user wants that, or says how large they are.
  void finishArchives(Source... all) {
    for (var archive : all) {
      var file = archives.own().resolve(archive.name());
      try {
        if (Files.isRegularFile(file) && options.removeArchives()) {
          Files.delete(file);
        } else if (Files.isRegularFile(file)) {
          listener.onMessage(
              "%s is kept (%s); nothing reads it any more, --remove-archives deletes it"
                  .formatted(file, ByteCount.of(Files.size(file))));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Uses a folder of an unpacked release where it is, if the data set has none of that name.
  void link(Path folder, String name) {
    var link = home.resolve(name);
    var target = folder.resolve(name).toAbsolutePath().normalize();
    if (!Files.isDirectory(target) || Files.exists(link)) {
      return;
    }
    try {
      Files.createSymbolicLink(link, target);
      listener.onMessage("%s is a link to %s".formatted(link, target));
    } catch (IOException | UnsupportedOperationException e) {
      // a file system without links: the files are copied
    }
  }

  /// The first of these folders, or of their sub-folders with these names, that passes a test.
  static Optional<Path> find(List<Path> folders, List<String> below, Predicate<Path> test) {
    return folders.stream()
        .flatMap(folder -> below.stream().map(name -> folder.resolve(name).normalize()))
        .filter(test)
        .findFirst();
  }
}
