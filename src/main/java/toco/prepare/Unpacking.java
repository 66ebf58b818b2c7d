package toco.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import toco.files.AtomicFile;

/// Writes files of a release to the data set's folder, each as a whole. A file that is there
/// already is left as it is, so that an interrupted run resumes.
final class Unpacking {
  private static final int BLOCK = 4096; // of the disk

  private final ReleaseIndex index;
  private final Map<String, Target> missing = new LinkedHashMap<>();

  /// How a file is written.
  @FunctionalInterface
  interface Writer {
    void write(Member member, Path target) throws IOException;
  }

  private record Target(int ordinal, Path file, long size, Writer writer) {}

  Unpacking(ReleaseIndex index) {
    this.index = index;
  }

  /// Adds a file to be copied, unless the target is there with the same size.
  ///
  /// @throws toco.data.DataException if the release does not have it
  void copy(String name, Path target) {
    var entry = index.require(name);
    if (!hasSize(target, entry.size())) {
      add(name, target, (member, file) -> AtomicFile.write(file, member::copyTo));
    }
  }

  /// Adds a mask to be copied, unless the target is a PNG file already.
  void copyMask(String name, Path target) {
    index.require(name);
    if (!PngEnds.isWhole(target)) {
      add(name, target, (member, file) -> AtomicFile.write(file, member::copyTo));
    }
  }

  /// Adds a file to be written in another format.
  void add(String name, Path target, Writer writer) {
    var entry = index.require(name);
    missing.put(index.path(name), new Target(entry.ordinal(), target, entry.size(), writer));
  }

  private static boolean hasSize(Path file, long size) {
    try {
      return Files.isRegularFile(file) && Files.size(file) == size;
    } catch (IOException e) {
      return false; // writing it says what is wrong
    }
  }

  /// About how many bytes the files take on the disk.
  long bytes() {
    return missing.values().stream()
        .mapToLong(target -> Math.ceilDiv(target.size, BLOCK) * BLOCK)
        .sum();
  }

  /// Writes the files.
  ///
  /// @return how many
  /// @throws UncheckedIOException if one cannot be written
  /// @throws toco.data.DataException if the release is damaged
  int run(PrepareListener listener) {
    if (missing.isEmpty()) {
      return 0;
    }
    removeTemporary();
    listener.onMessage(
        "unpacking %s of the files of %s".formatted(missing.size(), index.contents().name()));
    var what = "unpacking " + index.contents().file().getFileName();
    var done = new int[1];
    index
        .contents()
        .forEach(member -> {
          var target = missing.get(member.path());
          if (target != null && target.ordinal == member.ordinal()) {
            write(member, target);
            listener.onProgress(what, ++done[0], missing.size());
          }
        });
    return done[0];
  }

  private static void write(Member member, Target target) {
    try {
      target.writer.write(member, target.file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Temporary files of a process that was killed.
  private void removeTemporary() {
    var folders = new TreeSet<Path>();
    missing.values().forEach(target -> folders.add(target.file.toAbsolutePath().getParent()));
    for (var folder : folders) {
      if (Files.isDirectory(folder)) {
        try (var files = Files.newDirectoryStream(folder, AtomicFile::isTemporary)) {
          for (var file : files) {
            Files.deleteIfExists(file);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
