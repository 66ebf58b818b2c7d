package toco.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import toco.files.AtomicFile;
import toco.files.IoReason;
import tools.jackson.databind.json.JsonMapper;

/// Results as files in a run's folder.
public final class RunFiles {
  private static final JsonMapper JSON = new JsonMapper();

  private RunFiles() {}

  public static void writeJson(Path file, Object value) {
    writeText(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
  }

  public static void writeText(Path file, String text) {
    try {
      AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot write %s: %s; check its folder's permissions and the free space"
              .formatted(file, IoReason.of(e)),
          e);
    }
  }
}
