package toco.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import toco.files.Json;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The lines of a file of JSON objects, one per line.
///
/// @param intact those that can be read, in their order
/// @param damaged how many cannot; a last line without a line feed, such as a process is just
///   writing, does not count
record JsonLines(List<Line> intact, int damaged) {
  private static final char MALFORMED = '\uFFFD'; // what bytes that are not UTF-8 decode to

  /// A line.
  ///
  /// @param text without its line feed
  record Line(String text, JsonNode object) {

    /// Its `step`; empty if it has none.
    OptionalLong step() {
      var step = object.path(LogLine.STEP);
      return step.isIntegralNumber() ? OptionalLong.of(step.asLong()) : OptionalLong.empty();
    }
  }

  /// Reads a file; one that does not exist has no lines.
  static JsonLines read(Path file) throws IOException {
    String text;
    try {
      text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return new JsonLines(List.of(), 0);
    }
    var lines = text.lines().toList();
    int complete = lines.size() - (text.isEmpty() || text.endsWith("\n") ? 0 : 1);
    var intact = new ArrayList<Line>();
    int damaged = 0;
    for (int i = 0; i < lines.size(); i++) {
      var line = parse(lines.get(i));
      line.ifPresent(intact::add);
      damaged += line.isEmpty() && i < complete ? 1 : 0;
    }
    return new JsonLines(intact, damaged);
  }

  static Optional<Line> parse(String text) {
    if (text.indexOf(MALFORMED) >= 0) {
      return Optional.empty();
    }
    try {
      var object = Json.MAPPER.readTree(text);
      return object.isObject() ? Optional.of(new Line(text, object)) : Optional.empty();
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
