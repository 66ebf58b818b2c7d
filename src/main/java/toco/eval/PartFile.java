package toco.eval;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import toco.files.IoReason;
import toco.files.Json;

/// The growing file of one shard's results: a line of [EvaluationFacts], then a JSON line a batch.
/// A batch counts when its line is whole, so a killed evaluation goes on after the last one, and
/// nothing counts twice. One process at a time writes it.
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
  /// @param resume go on after what is there; else what is there is cut off
  /// @throws EvaluationException if what is there is of another evaluation, another process writes
  ///   it, or it cannot be written
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

  private void lock() throws IOException {
    try {
      if (channel.tryLock() != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      // held by this very process
    }
    throw new EvaluationException(
        path, "another evaluation writes this file; wait for it, or name another folder by --out");
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
              ("cannot be resumed: it was begun with another %s; leave --resume out to start "
                      + "anew, or delete the file, or name another folder")
                  .formatted(what));
        });
    for (var result = lines.next(); result.isPresent(); result = lines.next()) {
      done.set(result.get().batch());
      imagesDone += result.get().size();
      skipped += result.get().skipped().size();
    }
    channel.truncate(lines.readBytes()).position(lines.readBytes());
  }

  /// Batches that were there when the file was opened.
  boolean isDone(int batch) {
    return done.get(batch);
  }

  /// Their images, those that were passed over included.
  int imagesDone() {
    return imagesDone;
  }

  /// Images that could not be scored, up to now.
  int skipped() {
    return skipped;
  }

  /// Adds a batch.
  ///
  /// @throws EvaluationException if the disk is full, say
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

  /// Gives the file to the disk, and the name free for others.
  @Override
  public void close() {
    try (channel) {
      channel.force(true);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static EvaluationException unwritable(Path path, IOException e) {
    return new EvaluationException(
        path, "cannot be written: %s; name another folder by --out".formatted(IoReason.of(e)), e);
  }
}
