package toco.eval;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import toco.files.FileLocks;
import toco.files.FileSync;
import toco.files.IoReason;
import toco.files.Json;

/// The result file of one shard: a line of [EvaluationFacts], then one JSON line per batch. A batch
/// counts once its line is complete, so a killed evaluation resumes after the last complete line.
/// The writing process holds a lock on the file.
final class PartFile implements AutoCloseable {

  private final Path path;
  private final FileChannel channel;
  private final BitSet done = new BitSet();
  private int imagesDone;
  private int skipped;

  private PartFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// Opens a shard's file for writing.
  ///
  /// @param resume append to the batches in the file; else it is overwritten
  /// @throws EvaluationException if the file to resume is of another evaluation, another process is
  ///   writing it, or it cannot be written
  static PartFile open(Path path, EvaluationFacts facts, boolean resume) {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      var part = new PartFile(path, FileChannel.open(path, CREATE, READ, WRITE));
      try {
        part.lock();
        part.begin(facts, resume);
        return part;
      } catch (IOException | RuntimeException e) {
        part.channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private void lock() {
    if (FileLocks.tryLock(channel) == FileLocks.Outcome.TAKEN) {
      throw new EvaluationException(
          path,
          "another evaluation is writing this file; wait for it, or name another folder with"
              + " --out");
    }
  }

  private void begin(EvaluationFacts facts, boolean resume) throws IOException {
    var lines = new PartLines(path, Channels.newInputStream(channel));
    var first = resume ? lines.facts() : Optional.<EvaluationFacts>empty();
    if (first.isEmpty()) {
      channel.truncate(0).position(0);
      write(facts.toLine());
      return;
    }
    first
        .get()
        .difference(facts)
        .ifPresent(what -> {
          throw new EvaluationException(
              path,
              ("cannot be resumed: it was started with another %s; leave --resume out to start "
                      + "from the first image, delete the file, or name another folder")
                  .formatted(what));
        });
    for (var result = lines.next(); result.isPresent(); result = lines.next()) {
      done.set(result.get().batch());
      imagesDone += result.get().size();
      skipped += result.get().skipped().size();
    }
    channel.truncate(lines.readBytes()).position(lines.readBytes());
  }

  /// Whether a batch was in the file when it was opened.
  boolean isDone(int batch) {
    return done.get(batch);
  }

  /// Number of images in the file when it was opened, skipped ones included.
  int imagesDone() {
    return imagesDone;
  }

  /// Number of images that could not be scored, so far.
  int skipped() {
    return skipped;
  }

  /// Adds a batch.
  ///
  /// @throws EvaluationException if it cannot be written, for example because the disk is full
  void add(BatchResult result) {
    try {
      write(Json.MAPPER.writeValueAsString(result));
      skipped += result.skipped().size();
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private void write(String line) throws IOException {
    var bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Flushes the file to disk and releases the lock.
  @Override
  public void close() {
    try (channel) {
      FileSync.force(channel);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static EvaluationException unwritable(Path path, IOException e) {
    return new EvaluationException(
        path, "cannot be written: %s; name another folder with --out".formatted(IoReason.of(e)), e);
  }
}
