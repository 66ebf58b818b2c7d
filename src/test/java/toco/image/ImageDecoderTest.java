package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final String PHOTO = "data/photos/JPEGImages/chelsea.jpg";
  private static final String PROGRESSIVE = "decode-cases/progressive.jpg";
  private static final String WITH_WARNING = "decode-cases/garbage-before-end.jpg";
  private static final String MASK = "data/photos/SegmentationClassAug/chelsea.png";

  /// The decoders available on this machine.
  static List<JpegChoice> decoders() {
    return TurboJpeg.problem().isEmpty()
        ? List.of(JpegChoice.TURBO, JpegChoice.IMAGEIO)
        : List.of(JpegChoice.IMAGEIO);
  }

  static Stream<Arguments> pillowHashes() throws IOException {
    var lines =
        Files.readAllLines(Resources.path("decode-cases/pillow-sha256.txt")).stream()
            .filter(line -> !line.startsWith("#"))
            .toList();
    return decoders().stream()
        .flatMap(decoder ->
            lines.stream()
                .filter(line -> decoder == JpegChoice.TURBO || !line.contains("arithmetic"))
                .map(line -> arguments(decoder, line.substring(65), line.substring(0, 64))));
  }

  /// Exact, no tolerance: photographs, greyscale, CMYK, YCCK, RGB and progressive JPEG, every kind
  /// of chroma sampling, odd sizes down to 1×1, restart markers, several scans, arithmetic coding,
  /// damage that Pillow tolerates, files with profiles and an EXIF orientation, and PNG of every
  /// type and depth.
  @ParameterizedTest
  @MethodSource("pillowHashes")
  void decodesTheSameBytesAsPillow(JpegChoice decoder, String name, String hash) {
    Path file = Resources.path("decode-cases/pillow-sha256.txt").resolveSibling(name);
    try (var buffer = new DecodeBuffer(decoder)) {
      assertEquals(hash, Resources.sha256(buffer.decode(file).pixels()));
    }
  }

  @Test
  void pathsAndBytesGiveTheSameAsABuffer() throws IOException {
    try (var arena = Arena.ofConfined();
        var buffer = new DecodeBuffer()) {
      var expected = buffer.decode(Resources.path(PHOTO));
      var fromPath = ImageDecoder.decode(Resources.path(PHOTO), arena);
      var fromBytes = ImageDecoder.decode(Resources.bytes(PHOTO), "photo", arena);
      assertEquals(-1, expected.pixels().mismatch(fromPath.pixels()));
      assertEquals(-1, expected.pixels().mismatch(fromBytes.pixels()));
    }
  }

  static Stream<Arguments> refusedCases() {
    var cases =
        Map.of(
            "lacking-last-scan.jpg", "last scans are missing",
            "lacking-component.jpg", "last scans are missing",
            "no-tables.jpg", "table",
            "lossless.jpg", "lossless");
    return decoders().stream()
        .flatMap(decoder ->
            cases.entrySet().stream()
                .map(entry -> arguments(decoder, entry.getKey(), entry.getValue())));
  }

  /// Decoders would differ here, or use the tables of the previous image, so both must reject it.
  @ParameterizedTest
  @MethodSource("refusedCases")
  void incompleteFilesAreRefused(JpegChoice decoder, String name, String reason) {
    try (var buffer = new DecodeBuffer(decoder)) {
      buffer.decode(Resources.path(PHOTO));
      var file = Resources.path("decode-cases/" + name);
      var e = assertThrows(ImageException.class, () -> buffer.decode(file));
      assertTrue(e.getMessage().contains(name), e.getMessage());
      assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
  }

  @Test
  void imageIoRefusesArithmeticCodingWithTheRemedy() {
    try (var buffer = new DecodeBuffer(JpegChoice.IMAGEIO)) {
      var file = Resources.path("decode-cases/arithmetic420.jpg");
      var e = assertThrows(ImageException.class, () -> buffer.decode(file));
      assertTrue(e.getMessage().contains(TurboJpeg.INSTALL), e.getMessage());
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

  static Stream<Arguments> decodersAndFiles() {
    return decoders().stream()
        .flatMap(decoder ->
            Stream.of(PHOTO, MASK, PROGRESSIVE, WITH_WARNING)
                .map(name -> arguments(decoder, name)));
  }

  @ParameterizedTest
  @MethodSource("decodersAndFiles")
  void everyTruncationIsRefusedByName(JpegChoice decoder, String name) throws IOException {
    byte[] whole = Resources.bytes(name);
    int end = name.equals(WITH_WARNING) ? whole.length - "after".length() : whole.length;
    var random = new Random(1);
    try (var arena = Arena.ofConfined();
        var buffer = new DecodeBuffer(decoder)) {
      for (int i = 0; i < 60; i++) {
        byte[] cut = Arrays.copyOf(whole, i == 0 ? end - 1 : 4 + random.nextInt(end - 5));
        var e =
            assertThrows(
                ImageException.class, () -> buffer.decode(cut, "cut.file", arena::allocate));
        assertTrue(e.getMessage().contains("cut.file"), e.getMessage());
        assertTrue(e.getMessage().contains("truncated"), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
      }
    }
  }

  @Test
  void aDamagedPngIsDetectedByItsChecksum() throws IOException {
    byte[] damaged = Resources.bytes(MASK);
    damaged[damaged.length / 2] ^= 1;
    try (var arena = Arena.ofConfined()) {
      var e =
          assertThrows(ImageException.class, () -> ImageDecoder.decode(damaged, "mask.png", arena));
      assertTrue(e.getMessage().contains("checksum"), e.getMessage());
    }
  }

  /// Opening a pipe would wait for a writer for ever.
  @Test
  @Timeout(20)
  void aPipeIsRefusedWithoutWaiting(@TempDir Path folder) throws Exception {
    var pipe = folder.resolve("pipe.jpg");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    for (Executable read :
        List.<Executable>of(
            () -> ImageDecoder.decode(pipe, Arena.ofAuto()),
            () -> ImageSize.read(pipe),
            () -> MaskDecoder.decode(pipe, Arena.ofAuto()))) {
      var e = assertThrows(ImageException.class, read);
      assertTrue(e.getMessage().contains(pipe + ": it is a device or pipe"), e.getMessage());
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
      assertTrue(text.getMessage().contains("no image of a known format"), text.getMessage());
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

  /// A few hundred bytes that claim 20000×8000 px, which would take 480 MB, and the largest claim.
  @ParameterizedTest
  @ValueSource(strings = {"decode-cases/rgb8.png", "decode-cases/ycc420.jpg", PROGRESSIVE})
  void aHeaderThatClaimsAHugeSizeTakesNoMemory(String name) throws IOException {
    boolean png = name.endsWith(".png");
    for (var decoder : decoders()) {
      try (var buffer = new DecodeBuffer(decoder)) {
        for (int side : List.of(20_000, 65_535)) {
          byte[] huge = Resources.bytes(name);
          var header = ByteBuffer.wrap(huge);
          if (png) {
            header.putInt(16, side).putInt(20, side == 20_000 ? 8000 : Integer.MAX_VALUE);
          } else {
            int frame = name.equals(PROGRESSIVE) ? 0xFFC2 : 0xFFC0;
            int at = 2;
            while ((header.getShort(at) & 0xFFFF) != frame) {
              at++;
            }
            header.putShort(at + 5, (short) (side == 20_000 ? 8000 : side));
            header.putShort(at + 7, (short) side);
          }
          var e =
              assertThrows(
                  ImageException.class,
                  () ->
                      buffer.decode(
                          huge,
                          "huge.file",
                          bytes -> {
                            throw new AssertionError("asked for " + bytes + " bytes");
                          }));
          assertTrue(e.getMessage().contains("claims " + side), e.getMessage());
          assertTrue(buffer.capacityBytes() < 1 << 20, () -> "holds " + buffer.capacityBytes());
        }
      }
    }
  }

  @Test
  void pixelsThatNeedMoreMemoryThanThereIsAreRefusedByNameAndSize() {
    ImageDecoder.checkMemory("small.png", 10, 10, 300);
    var e =
        assertThrows(
            ImageException.class,
            () -> ImageDecoder.checkMemory("large.png", 13_000, 12_000, 20_000_000_000_000L));
    assertTrue(
        e.getMessage()
            .startsWith(
                "cannot read large.png: at 13000×12000 px it needs about 20000.0 GB of memory"),
        e.getMessage());
    assertTrue(e.getMessage().contains("scale the image down"), e.getMessage());
  }

  /// Little data for many pixels is no proof of damage: images of one colour are like that.
  @Test
  void aLargeImageOfOneColourIsRead(@TempDir Path folder) throws IOException {
    var image = new BufferedImage(4000, 3000, BufferedImage.TYPE_3BYTE_BGR);
    for (var format : List.of("jpg", "png")) {
      Path file = folder.resolve("black." + format);
      ImageIO.write(image, format, file.toFile());
      for (var decoder : decoders()) {
        try (var buffer = new DecodeBuffer(decoder)) {
          var black = buffer.decode(file);
          assertEquals(4000, black.widthPx());
          assertEquals(0, black.pixels().get(ValueLayout.JAVA_BYTE, 3L * 4000 * 3000 - 1));
        }
      }
    }
  }
}
