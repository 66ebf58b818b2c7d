package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final String PHOTO = "voc-mini/JPEGImages/2011_000006.jpg";
  private static final String MASK = "voc-mini/SegmentationClassAug/2011_000006.png";

  static Stream<String> pillowHashes() throws IOException {
    return Files.readAllLines(Resources.path("decode-cases/pillow-sha256.txt")).stream()
        .filter(line -> !line.startsWith("#"));
  }

  /// Exact, no tolerance: photographs, greyscale, CMYK, YCCK, RGB and progressive JPEG, 4:2:0,
  /// 4:2:2 and 4:4:4, files with profiles and an EXIF orientation, and PNG of every type and depth.
  @ParameterizedTest
  @MethodSource("pillowHashes")
  void decodesTheVeryBytesThatPillowDoes(String hashAndName) {
    String hash = hashAndName.substring(0, 64);
    Path file =
        Resources.path("decode-cases/pillow-sha256.txt").resolveSibling(hashAndName.substring(65));
    try (var arena = Arena.ofConfined()) {
      assertEquals(hash, Resources.sha256(ImageDecoder.decode(file, arena).pixels()));
    }
  }

  @Test
  void orientationInExifIsNotApplied() {
    try (var arena = Arena.ofConfined()) {
      var image = ImageDecoder.decode(Resources.path("decode-cases/exif6.jpg"), arena);
      assertEquals(37, image.widthPx());
      assertEquals(29, image.heightPx());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PHOTO, MASK})
  void everyTruncationIsRefusedByName(String name) throws IOException {
    byte[] whole = Resources.bytes(name);
    var random = new Random(1);
    try (var arena = Arena.ofConfined()) {
      for (int i = 0; i < 60; i++) {
        byte[] cut = Arrays.copyOf(whole, 4 + random.nextInt(whole.length - 8));
        var e =
            assertThrows(ImageException.class, () -> ImageDecoder.decode(cut, "cut.file", arena));
        assertTrue(e.getMessage().contains("cut.file"), e.getMessage());
        assertTrue(e.getMessage().contains("truncated"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
      }
    }
  }

  /// Damage either shows and is refused by an ImageException, or decodes; nothing else may happen.
  @ParameterizedTest
  @ValueSource(strings = {PHOTO, MASK})
  void damagedFilesDecodeOrAreRefused(String name) throws IOException {
    byte[] whole = Resources.bytes(name);
    var random = new Random(2);
    for (int i = 0; i < 200; i++) {
      byte[] damaged = whole.clone();
      int reach = i % 2 == 0 ? whole.length : 600; // half of them in the headers
      for (int k = 0; k < 3; k++) {
        damaged[random.nextInt(reach)] = (byte) random.nextInt();
      }
      try (var arena = Arena.ofConfined()) {
        ImageDecoder.decode(damaged, "damaged.file", arena);
      } catch (ImageException e) {
        assertTrue(e.getMessage().contains("damaged.file"), e.getMessage());
      }
    }
  }

  @Test
  void aDamagedPngIsToldByItsChecksum() throws IOException {
    byte[] damaged = Resources.bytes(MASK);
    damaged[damaged.length / 2] ^= 1;
    try (var arena = Arena.ofConfined()) {
      var e =
          assertThrows(ImageException.class, () -> ImageDecoder.decode(damaged, "mask.png", arena));
      assertTrue(e.getMessage().contains("checksum"), e.getMessage());
    }
  }

  @Test
  void otherFilesAndMissingOnesAreRefusedByName() {
    try (var arena = Arena.ofConfined()) {
      var text =
          assertThrows(
              ImageException.class,
              () ->
                  ImageDecoder.decode(
                      "not an image".getBytes(StandardCharsets.UTF_8), "a.jpg", arena));
      assertTrue(text.getMessage().contains("neither JPEG nor PNG"), text.getMessage());
      var empty =
          assertThrows(
              ImageException.class, () -> ImageDecoder.decode(new byte[0], "a.jpg", arena));
      assertTrue(empty.getMessage().contains("empty"), empty.getMessage());
      var missing =
          assertThrows(
              ImageException.class, () -> ImageDecoder.decode(Path.of("no/such.jpg"), arena));
      assertTrue(missing.getMessage().contains("no/such.jpg".replace('/', File.separatorChar)));
    }
  }

  @Test
  void aHeaderThatClaimsAHugeSizeTakesNoMemory() throws IOException {
    byte[] huge = Resources.bytes("decode-cases/rgb8.png");
    huge[16] = 0x70; // the width's top byte
    try (var arena = Arena.ofConfined()) {
      var e = assertThrows(ImageException.class, () -> ImageDecoder.decode(huge, "a.png", arena));
      assertTrue(e.getMessage().contains("claims"), e.getMessage());
    }
  }
}
