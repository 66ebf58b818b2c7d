package toco.image;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtherFormatTest {
  @TempDir Path folder;

  /// The start of a file with a wrong ending, and what it is called.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GIF89a                      | it is a GIF file, which is not read; convert it
          \\0\\0\\0.ftypavif            | it is a AVIF file
          \\0\\0\\0.ftypheic            | it is a HEIC or video file
          8BPS                        | it is a Photoshop file
          P5 4 4                      | it is a PNM file
          %PDF-1.7                    | it is a PDF file
          '<?xml?><svg/>'             | it is a SVG file
          '  <!DOCTYPE html><html>'   | it is a web page, no image; download
          version https://git-lfs.git | it is a Git LFS pointer
          ''                          | the file is empty; replace it
          anything                    | it is no image of a known format; replace it
          """)
  void theFormatIsNamed(String start, String expected) throws IOException {
    var file = folder.resolve("x.jpg");
    Files.write(file, start.replace("\\0", "\0").getBytes(StandardCharsets.ISO_8859_1));
    try (var arena = Arena.ofConfined()) {
      var message =
          assertThrows(ImageException.class, () -> ImageDecoder.decode(file, arena)).getMessage();
      assertTrue(message.startsWith("cannot read " + file + ": " + expected), message);
    }
    var size = assertThrows(ImageException.class, () -> ImageSize.read(file)).getMessage();
    assertTrue(size.contains(expected), size);
  }
}
