package toco.download;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import toco.files.AtomicFile;
import toco.files.FileLocks;
import toco.files.FileSync;
import toco.files.FreeSpace;
import toco.files.IoReason;

/// What was received of a file so far, in `NAME.part` next to it. `NAME.part.version` has the
/// version of the file that these bytes are of, and is locked as long as a process works on them.
/// Both survive a killed process, and are gone when the file is complete.
final class UnfinishedFile implements AutoCloseable {
  private static final long POLL_MS = 250;

  private final Path target;
  private final Path part;
  private final Path versionFile;
  private final FileChannel lock;
  private final FileChannel bytes;
  private boolean finished;

  private UnfinishedFile(
      Path target, Path part, Path versionFile, FileChannel lock, FileChannel bytes) {
    this.target = target;
    this.part = part;
    this.versionFile = versionFile;
    this.lock = lock;
    this.bytes = bytes;
  }

  /// Opens or creates it; waits as long as another process works on it. On a file system without
  /// locks nothing keeps others away: they then write the same bytes to the same positions.
  static UnfinishedFile open(Path target, DownloadProgress progress) throws InterruptedException {
    var part = beside(target, ".part");
    var versionFile = beside(target, ".part.version");
    try {
      var folder = target.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      var lock = lock(versionFile, target, progress);
      try {
        var bytes = FileChannel.open(part, CREATE, READ, WRITE);
        return new UnfinishedFile(target, part, versionFile, lock, bytes);
      } catch (IOException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DownloadException(
          "cannot write %s: %s; name another folder".formatted(part, IoReason.of(e)));
    }
  }

  private static FileChannel lock(Path file, Path target, DownloadProgress progress)
      throws IOException, InterruptedException {
    boolean waits = false;
    while (true) {
      var channel = FileChannel.open(file, CREATE, READ, WRITE);
      var outcome = FileLocks.tryLock(channel);
      if (outcome != FileLocks.Outcome.TAKEN && Files.exists(file)) { // not deleted by its owner
        return channel;
      }
      channel.close();
      if (outcome == FileLocks.Outcome.TAKEN) {
        if (!waits) {
          progress.onMessage(
              "waiting for another process that downloads %s".formatted(target.getFileName()));
        }
        waits = true;
        Thread.sleep(POLL_MS);
      }
    }
  }

  private static Path beside(Path target, String suffix) {
    return target.resolveSibling(target.getFileName() + suffix);
  }

  Path path() {
    return part;
  }

  long size() {
    try {
      return bytes.size();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Of the file whose first bytes these are; empty if unknown.
  String version() {
    try {
      var text = ByteBuffer.allocate(Math.toIntExact(Math.min(lock.size(), 4096)));
      lock.read(text, 0);
      return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// Bytes that the disk has room for, as far as it says.
  long freeSpace() {
    try {
      return FreeSpace.of(part);
    } catch (IOException e) {
      return Long.MAX_VALUE; // writing tells
    }
  }

  /// Discards all bytes: the next ones are those of the beginning.
  void restart(String version) {
    try {
      bytes.truncate(0);
      lock.truncate(0);
      lock.write(ByteBuffer.wrap(version.getBytes(StandardCharsets.UTF_8)), 0);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /// @throws IOException if the disk is full, among other reasons
  void write(ByteBuffer chunk, long position) throws IOException {
    long at = position;
    while (chunk.hasRemaining()) {
      at += bytes.write(chunk, at);
    }
  }

  /// Makes it the complete file, and survives a power failure.
  void finish() {
    try {
      FileSync.force(bytes);
      AtomicFile.rename(part, target);
      finished = true;
      Files.deleteIfExists(versionFile);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private DownloadException failed(IOException e) {
    return new DownloadException("cannot write %s: %s".formatted(part, IoReason.of(e)));
  }

  /// Leaves the bytes for a later attempt; without any, nothing is left.
  @Override
  public void close() {
    try (lock;
        bytes) {
      if (!finished && Files.size(part) == 0) {
        Files.deleteIfExists(part);
        Files.deleteIfExists(versionFile);
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
