package toco.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.files.Json;

/// Writes results as files into a run's folder.
public final class RunFiles {

  private RunFiles() {}

  public static void writeJson(Path file, Object value) {
    writeText(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
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
