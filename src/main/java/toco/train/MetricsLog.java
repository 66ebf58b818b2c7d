package toco.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// `metrics.jsonl`: what a run measured, a JSON object a line, each with its `step`.
final class MetricsLog implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final FileChannel channel;

  private MetricsLog(Path file) {
    this.file = file;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// Opens the log for a run that stands at `step`: lines of later steps, from before an
  /// interruption, are taken out, as is a line cut short.
  static MetricsLog openAt(Path file, long step) {
    if (Files.exists(file)) {
      try {
        var kept = new ArrayList<String>();
        for (var line : Files.readAllLines(file)) {
          if (stepOf(line) <= step) {
            kept.add(line);
          }
        }
        var rewritten = file.resolveSibling(file.getFileName() + ".tmp");
        Files.write(rewritten, kept);
        Files.move(
            rewritten, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new TrainingException("cannot rewrite %s: %s".formatted(file, e.getMessage()), e);
      }
    }
    return new MetricsLog(file);
  }

  /// Appends a line.
  void write(Map<String, ?> line) {
    var bytes =
        ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private static long stepOf(String line) {
    try {
      return JSON.readTree(line).path("step").asLong(Long.MAX_VALUE);
    } catch (JacksonException e) {
      return Long.MAX_VALUE;
    }
  }

  private TrainingException failure(IOException e) {
    return new TrainingException(
        "cannot write %s: %s; free some space or check permissions, then resume the run"
            .formatted(file, e.getMessage()),
        e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(e);
    }
  }
}
