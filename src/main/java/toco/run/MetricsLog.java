package toco.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// `metrics.jsonl`: what a run measured, a JSON object a line, each with its `step`.
public final class MetricsLog implements AutoCloseable {
  private static final char MALFORMED = '\uFFFD'; // what bytes decode to that are not UTF-8

  private final Path file;
  private final FileChannel channel;
  private final long evaluatedStep;

  private MetricsLog(Path file, long evaluatedStep) {
    this.file = file;
    this.evaluatedStep = evaluatedStep;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// Opens the log for a run that stands at `step`: lines of later steps, from before an
  /// interruption, are taken out, as are lines cut short or otherwise damaged.
  public static MetricsLog openAt(Path file, long step) {
    long evaluatedStep = -1;
    if (Files.exists(file)) {
      try {
        var kept = new StringBuilder();
        var text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        for (var line : text.lines().toList()) {
          var json = parse(line);
          if (stepOf(json) <= step) {
            kept.append(line).append('\n');
            evaluatedStep = json.has("evaluation") ? stepOf(json) : evaluatedStep;
          }
        }
        AtomicFile.write(file, kept.toString().getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new RunException("cannot rewrite %s: %s".formatted(file, IoReason.of(e)), e);
      }
    }
    return new MetricsLog(file, evaluatedStep);
  }

  /// Appends a line.
  public void write(Map<String, ?> line) {
    var bytes =
        ByteBuffer.wrap(
            (Json.MAPPER.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// The last step whose evaluation was in the file when it was opened; −1 if there was none.
  public long evaluatedStep() {
    return evaluatedStep;
  }

  /// The step of a line; for a damaged line one later than any.
  private static long stepOf(JsonNode line) {
    return line.path("step").asLong(Long.MAX_VALUE);
  }

  /// A line's object; a damaged line has nothing in it.
  private static JsonNode parse(String line) {
    if (line.indexOf(MALFORMED) >= 0) {
      return MissingNode.getInstance();
    }
    try {
      return Json.MAPPER.readTree(line);
    } catch (JacksonException e) {
      return MissingNode.getInstance();
    }
  }

  private RunException failure(IOException e) {
    return new RunException(
        "cannot write %s: %s; free some space or check permissions, then resume the run"
            .formatted(file, IoReason.of(e)),
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
