package toco.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// Reads the lines of `metrics.jsonl` as they are appended, by another process too.
public final class MetricsTail {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final double MS = 1e3; // per second

  private final Path file;
  private long position;
  private long timeMs;

  /// @param startMs Unix time of the run's start, the time of lines before the first that has one
  public MetricsTail(Path run, long startMs) {
    this(run, startMs, 0);
  }

  /// @param position offset in bytes at which a line begins, such as [#position] returned
  public MetricsTail(Path run, long startMs, long position) {
    file = run.resolve(RunFolder.METRICS);
    timeMs = startMs;
    this.position = position;
  }

  /// Offset in bytes of the next line.
  public long position() {
    return position;
  }

  /// Bytes of the file now; 0 if there is none.
  public long size() throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /// A line of a step or an evaluation.
  ///
  /// @param timeMs Unix time; an evaluation's, which its line does not have, is that of the line
  ///   before plus the seconds that it took
  /// @param scalars by tag, such as `loss/total`
  public record Entry(long step, long timeMs, Map<String, Double> scalars) {}

  /// Some lines, from where the one before ended.
  public static final class Chunk {
    private final List<Entry> entries = new ArrayList<>();
    private long end;
    private long timeMs;

    public List<Entry> entries() {
      return List.copyOf(entries);
    }

    /// Whether the file has no further line yet.
    public boolean isEmpty() {
      return entries.isEmpty();
    }
  }

  /// The lines that come next, if the file has more. Until [#accept] they stay the next ones. A
  /// line that is just being written waits; damaged ones, and those of other kinds, are left out.
  public Chunk next() throws IOException {
    var chunk = new Chunk();
    chunk.end = position;
    chunk.timeMs = timeMs;
    for (var bytes = complete(); bytes.length > 0 && chunk.isEmpty(); ) {
      chunk.end += bytes.length;
      new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> add(line, chunk));
      if (chunk.isEmpty()) { // nothing but damaged lines
        position = chunk.end;
        bytes = complete();
      }
    }
    return chunk;
  }

  /// Continues after a chunk.
  public void accept(Chunk chunk) {
    position = chunk.end;
    timeMs = chunk.timeMs;
  }

  private static void add(String text, Chunk chunk) {
    var line = JsonLines.parse(text);
    if (line.isEmpty() || line.get().step().isEmpty()) {
      return;
    }
    var object = line.get().object();
    if (LoggedStep.matches(object)) {
      var step = LoggedStep.of(object);
      chunk.timeMs = Double.isNaN(step.unixMs()) ? chunk.timeMs : (long) step.unixMs();
      chunk.entries.add(new Entry(step.step(), chunk.timeMs, step.scalars()));
    } else if (LoggedEvaluation.matches(object)) {
      var evaluation = LoggedEvaluation.of(object);
      double seconds = Double.isNaN(evaluation.seconds()) ? 0 : evaluation.seconds();
      chunk.timeMs += Math.round(seconds * MS);
      chunk.entries.add(new Entry(evaluation.step(), chunk.timeMs, evaluation.scalars()));
    }
  }

  /// Whole lines from the position on, at least one if there is one.
  private byte[] complete() throws IOException {
    try (var channel = FileChannel.open(file)) {
      for (int size = CHUNK_BYTES; ; size *= 2) {
        var buffer = ByteBuffer.allocate((int) Math.min(size, rest(channel)));
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
          // reads on
        }
        int end = buffer.position();
        while (end > 0 && buffer.get(end - 1) != '\n') {
          end--;
        }
        if (end > 0 || buffer.capacity() >= rest(channel)) {
          return Arrays.copyOf(buffer.array(), end);
        }
      }
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  private long rest(FileChannel channel) throws IOException {
    return Math.max(0, channel.size() - position);
  }
}
