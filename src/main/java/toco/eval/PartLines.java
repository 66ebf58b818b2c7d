package toco.eval;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import toco.files.IoReason;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Reads a [PartFile] line by line, up to the first incomplete or damaged line.
final class PartLines {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final BufferedInputStream in;
  private long readBytes; // up to the end of the last complete line
  private boolean damaged;

  /// @param path of the file, for error messages
  PartLines(Path path, InputStream in) {
    this.path = path;
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /// The first line; empty if it is incomplete.
  Optional<EvaluationFacts> facts() {
    return parse(EvaluationFacts.class);
  }

  /// The next line; empty after the last complete one.
  Optional<BatchResult> next() {
    return parse(BatchResult.class);
  }

  /// Number of bytes in the complete lines.
  long readBytes() {
    return readBytes;
  }

  /// Whether the file has anything after the complete lines.
  boolean damaged() {
    return damaged;
  }

  private <T> Optional<T> parse(Class<T> type) {
    try {
      var line = new ByteArrayOutputStream();
      int next = damaged ? -1 : in.read();
      for (; next >= 0 && next != '\n'; next = in.read()) {
        line.write(next);
      }
      if (next < 0) {
        damaged |= line.size() > 0;
        return Optional.empty();
      }
      var value = JSON.readValue(line.toString(StandardCharsets.UTF_8), type);
      readBytes += line.size() + 1;
      return Optional.of(value);
    } catch (JacksonException e) {
      damaged = true;
      return Optional.empty();
    } catch (IOException e) {
      throw new EvaluationException(path, "cannot be read: " + IoReason.of(e), e);
    }
  }
}
