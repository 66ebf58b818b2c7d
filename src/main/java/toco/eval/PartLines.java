package toco.eval;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import toco.files.IoReason;
import toco.files.Json;
import tools.jackson.core.JacksonException;

/// Reads a [PartFile] line by line, as far as its lines are whole.
final class PartLines {

  private final Path path;
  private final BufferedInputStream in;
  private long readBytes; // up to the end of the last whole line
  private boolean damaged;

  /// @param path what error messages call the file
  PartLines(Path path, InputStream in) {
    this.path = path;
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /// The first line; empty if it is not whole.
  Optional<EvaluationFacts> facts() {
    return parse(EvaluationFacts.class);
  }

  /// The next line after it; empty at the end of the whole lines.
  Optional<BatchResult> next() {
    return parse(BatchResult.class);
  }

  /// Bytes of the lines that were whole.
  long readBytes() {
    return readBytes;
  }

  /// Whether something lies after the whole lines.
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
      var value = Json.MAPPER.readValue(line.toString(StandardCharsets.UTF_8), type);
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
