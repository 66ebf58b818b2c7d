package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
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
    var file = file(words[4]);
    try (var buffer = new DecodeBuffer(options)) {
      var image = buffer.decode(file);
      assertEquals(new ImageSize(image.widthPx(), image.heightPx()), ImageSize.read(file, options));
      assertEquals(words[0], Resources.sha256(image.pixels()));
    }
  }

  /// The JDK's and libwebp's ways to enlarge chroma differ, so a lossy picture is only close: by
  /// less than one level in the mean.
  @ParameterizedTest
  @ValueSource(strings = {"lossy", "lossy-q30", "lossy-rgba"})
  void lossyWebpIsCloseToLibwebp(String name) {
    try (var arena = Arena.ofConfined()) {
      var image = ImageDecoder.decode(file(name + ".webp"), arena);
      var libwebp = ImageDecoder.decode(file(name + "-as-libwebp.png"), arena);
      long sum = 0;
      int most = 0;
      for (long i = 0; i < image.pixels().byteSize(); i++) {
        int difference = Math.abs(level(image, i) - level(libwebp, i));
        sum += difference;
        most = Math.max(most, difference);
      }
      double mean = (double) sum / image.pixels().byteSize();
      assertTrue(mean < 1 && most <= 20, "mean %s, most %s".formatted(mean, most));
    }
  }

  private static int level(RgbImage image, long i) {
    return Byte.toUnsignedInt(image.pixels().get(ValueLayout.JAVA_BYTE, i));
  }

  /// No part of the pixels may be missing without an error.
  @ParameterizedTest
  @MethodSource("files")
  void everyTruncationIsRefusedByName(String name) throws IOException {
    byte[] whole = Files.readAllBytes(file(name));
    var random = new Random(1);
    try (var arena = Arena.ofConfined();
        var buffer = new DecodeBuffer()) {
      for (int i = 0; i < 20; i++) {
        int length = i == 0 ? whole.length - 1 : 4 + random.nextInt(whole.length - 5);
        byte[] cut = Arrays.copyOf(whole, length);
        var e =
            assertThrows(
                ImageException.class,
                () -> buffer.decode(cut, "cut.file", arena::allocate),
                () -> name + " of " + length + " bytes");
        assertTrue(e.getMessage().startsWith("cannot read cut.file: "), e.getMessage());
      }
    }
  }

  static Stream<String> files() throws IOException {
    return expected()
        .map(line -> line.split(" ")[4])
        .distinct()
        .filter(name -> !name.startsWith("..") && !name.endsWith(".png"))
        .filter(name -> !name.equals("pages.tif")); // its first page is not the end
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          animated.webp | 1 | it is an animated WebP; save one of its frames
          rle.dcm       | 1 | its pixels are compressed (RLE, transfer syntax
          frames.dcm    | 1 | it has 2 frames; save each frame as a file of its own
          pages.tif     | 4 | it has 3 pages, and page 4 is asked for; set data.page
          grey8.tif     | 2 | it has 1 page, and page 2 is asked for; set data.page
          """)
  void whatIsNotReadIsNamedWithTheRemedy(String name, int page, String reason) {
    var file = file(name);
    var options = new ReadOptions(null, false, page);
    for (Executable read :
        List.<Executable>of(
            () -> ImageDecoder.decode(file, options, Arena.ofAuto()),
            () -> ImageSize.read(file, options))) {
      var e = assertThrows(ImageException.class, read);
      var start = "cannot read %s: %s".formatted(file, reason);
      assertTrue(e.getMessage().startsWith(start), e.getMessage());
    }
  }

  /// A few kilobytes that claim 60000×60000 px or more are refused before memory is taken.
  @ParameterizedTest
  @CsvSource({
    "rgb8.tif, 18, 4",
    "rgb8-deflate.tif, 18, 4",
    "rgb8-lzw.tif, 18, 4",
    "grey16.tif, 18, 4",
    "rgb.bmp, 18, 4",
    "rle8.bmp, 18, 4",
    "grey.bmp, 22, 4"
  })
  void aHeaderThatClaimsAHugeSizeTakesNoMemory(String name, int at, int bytes) throws IOException {
    byte[] huge = Files.readAllBytes(file(name));
    for (int i = 0; i < bytes; i++) {
      huge[at + i] = (byte) (i == 2 ? 0x10 : 0);
    }
    try (var buffer = new DecodeBuffer()) {
      var e =
          assertThrows(
              ImageException.class,
              () ->
                  buffer.decode(
                      huge,
                      "huge.file",
                      wanted -> {
                        throw new AssertionError("asked for " + wanted + " bytes");
                      }));
      assertTrue(e.getMessage().startsWith("cannot read huge.file: "), e.getMessage());
    }
  }

  private static Path file(String name) {
    return Resources.path(CASES).resolveSibling(name);
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
