package toco.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A long class path must not end the JVM: ONNX Runtime needs stack for each character of the
/// command line.
class LongCommandLineTest {
  private static final int CHARACTERS = 100_000;

  /// Started by the test.
  static final class Opening {
    public static void main(String[] arguments) {
      try {
        OnnxNetwork.open(Path.of(arguments[0]), 1);
      } catch (OnnxException e) {
        System.out.println("refused");
      }
    }
  }

  @Test
  void onnxRuntimeStarts(@TempDir Path folder) throws Exception {
    var file = Files.writeString(folder.resolve("net.onnx"), "no network");
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Dfiller=" + "x".repeat(CHARACTERS),
            "-Dtoco.library=" + System.getProperty("toco.library"),
            "-cp",
            System.getProperty("java.class.path"),
            Opening.class.getName(),
            file.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), printed);
    assertEquals("refused", printed.strip().lines().reduce((_, last) -> last).orElse(""), printed);
  }
}
