package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.config.PixelWindow;

/// TIFF, BMP, WebP and DICOM, 16-bit PNG and the EXIF orientation give what Pillow, tifffile and
/// pydicom read: `src/test/resources/python/format_cases.py` made the files and the expected
/// levels.
class ImageFormatsTest {
  static final String CASES = "format-cases/expected.txt";

  static Stream<String> expected() throws IOException {
    return Files.readAllLines(Resources.path(CASES)).stream().filter(line -> !line.startsWith("#"));
  }

  /// Exact, no tolerance.
  @ParameterizedTest
  @MethodSource("expected")
  void levelsAreThoseOfOtherReaders(String line) {
    var words = line.split(" ");
    var options =
        new ReadOptions(window(words[1]), words[2].equals("apply"), Integer.parseInt(words[3]));
    var file = Resources.path(CASES).resolveSibling(words[4]);
    try (var buffer = new DecodeBuffer(options)) {
      var image = buffer.decode(file);
      assertEquals(new ImageSize(image.widthPx(), image.heightPx()), ImageSize.read(file, options));
      assertEquals(words[0], Resources.sha256(image.pixels()));
    }
  }

  static @Nullable PixelWindow window(String text) {
    return switch (text) {
      case "none" -> null;
      case "percentile" -> PixelWindow.Own.PERCENTILE;
      case "dicom" -> PixelWindow.Own.DICOM;
      default -> {
        var bounds = text.split(",");
        yield new PixelWindow.Range(Double.parseDouble(bounds[0]), Double.parseDouble(bounds[1]));
      }
    };
  }
}
