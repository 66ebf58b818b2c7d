package toco.prepare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import toco.files.AtomicFile;
import toco.files.Json;

/// The file that says that a data set was prepared to its end, with the numbers of what it holds.
final class Marker {
  static final String FILE = "prepared.json";

  private Marker() {}

  static boolean isIn(Path root) {
    return Files.isRegularFile(root.resolve(FILE));
  }

  static void write(Path root, Map<String, ?> content) {
    var text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n";
    try {
      AtomicFile.write(root.resolve(FILE), text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
