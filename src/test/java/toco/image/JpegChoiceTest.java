package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JpegChoiceTest {
  private static final Path PHOTO = Resources.path("data/photos/JPEGImages/chelsea.jpg");

  @Test
  void anUnknownChoiceIsRefusedByName() {
    var e = assertThrows(IllegalArgumentException.class, () -> JpegChoice.parse("libjpeg"));
    assertTrue(e.getMessage().contains("toco.jpeg"), e.getMessage());
    assertTrue(e.getMessage().contains("libjpeg"), e.getMessage());
    assertEquals(JpegChoice.TURBO, JpegChoice.parse("turbo"));
  }

  /// In a separate process, in which the library cannot be loaded.
  @Test
  void withoutTheLibraryImageIoDecodesAndTurboSaysWhatToInstall(@TempDir Path folder)
      throws Exception {
    Files.writeString(folder.resolve("libturbojpeg.so.0"), "not a library");
    try (var buffer = new DecodeBuffer(JpegChoice.IMAGEIO)) {
      var hash = Resources.sha256(buffer.decode(PHOTO).pixels());
      assertEquals(hash, decodeInProcess(folder, "auto"));
      assertEquals(hash, decodeInProcess(folder, "imageio"));
    }
    var refusal = decodeInProcess(folder, "turbo");
    assertTrue(refusal.contains("toco.jpeg=turbo, but libturbojpeg.so.0"), refusal);
    assertTrue(refusal.contains("apt-get install libturbojpeg0"), refusal);
  }

  /// Prints the hash of the photograph's pixels, or the error.
  static void main() {
    try (var buffer = new DecodeBuffer()) {
      System.out.println(Resources.sha256(buffer.decode(PHOTO).pixels()));
    } catch (IllegalStateException e) {
      System.out.println(e.getMessage());
    }
  }

  private static String decodeInProcess(Path libraries, String choice)
      throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.awt.headless=true",
                "-Dtoco.jpeg=" + choice,
                "-cp",
                System.getProperty("java.class.path"),
                JpegChoiceTest.class.getName()));
    builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
    var process = builder.redirectErrorStream(true).start();
    try (var output = process.inputReader()) {
      var text = output.readAllAsString().strip();
      assertEquals(0, process.waitFor(), text);
      return text;
    }
  }
}
