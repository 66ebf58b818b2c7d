package toco.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.Json;

/// `metrics.jsonl`: what a run measured, one JSON object per line, each with its `step`.
public final class MetricsLog implements AutoCloseable {

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

  /// Opens the log for a run that has done `step` steps: lines of later steps, from before an
  /// interruption, are removed, and so are lines cut short or otherwise damaged.
  public static MetricsLog openAt(Path file, long step) {
    long evaluatedStep = -1;
    if (Files.exists(file)) {
      try {
        var kept = new StringBuilder();
        for (var line : JsonLines.read(file).intact()) {
          var its = line.step();
          if (its.isPresent() && its.getAsLong() <= step) {
            kept.append(line.text()).append('\n');
            evaluatedStep = isEvaluation(line) ? its.getAsLong() : evaluatedStep;
          }
        }
        AtomicFile.write(file, kept.toString().getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new RunException("cannot rewrite %s: %s".formatted(file, IoReason.of(e)), e);
      }
    }
    return new MetricsLog(file, evaluatedStep);
  }

  /// Whether it is of the network that the recipe evaluates, which is scored last.
  private static boolean isEvaluation(JsonLines.Line line) {
    return LoggedEvaluation.matches(line.object())
        && LoggedEvaluation.of(line.object()).network() == null;
  }

  /// Appends a line.
  public void write(LogLine line) {
    var text = Json.MAPPER.writeValueAsString(line.toJson()) + "\n";
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
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
