package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageWriterTest {
  @TempDir Path folder;

  @Test
  void pngRoundTripIsExact() {
    try (var arena = Arena.ofConfined()) {
      var image = photo(arena);
      ImageWriter.writePng(image, folder.resolve("new/folder/a.png"));
      var read = ImageDecoder.decode(folder.resolve("new/folder/a.png"), arena);
      assertEquals(-1, image.pixels().mismatch(read.pixels()));
    }
  }

  @Test
  void maskRoundTripIsExactForEveryLabel() {
    var labels = new byte[256];
    for (int i = 0; i < 256; i++) {
      labels[i] = (byte) i;
    }
    try (var arena = Arena.ofConfined()) {
      var map = new LabelMap(MemorySegment.ofArray(labels), 32, 8);
      ImageWriter.writePng(map, folder.resolve("m.png"));
      var read = MaskDecoder.decode(folder.resolve("m.png"), arena);
      assertEquals(32, read.widthPx());
      assertEquals(-1, map.labels().mismatch(read.labels()));
      // decoded as colours it has the VOC colour map
      var colours = ImageDecoder.decode(folder.resolve("m.png"), arena).pixels();
      assertEquals((byte) 192, colours.get(ValueLayout.JAVA_BYTE, 15 * 3)); // person
      assertEquals((byte) 128, colours.get(ValueLayout.JAVA_BYTE, 15 * 3 + 1));
    }
  }

  /// One-pixel stripes of red and cyan: chroma subsampling would leave grey, an error of tens on
  /// average; quality 95 alone has less than 5.
  @Test
  void jpegKeepsColourAtFullResolution() throws IOException {
    try (var arena = Arena.ofConfined()) {
      var image = stripes(arena);
      Path file = folder.resolve("a.jpg");
      ImageWriter.writeJpeg(image, file);
      var read = ImageDecoder.decode(file, arena);
      long sum = 0;
      for (long i = 0; i < image.pixels().byteSize(); i++) {
        int a = Byte.toUnsignedInt(image.pixels().get(ValueLayout.JAVA_BYTE, i));
        int b = Byte.toUnsignedInt(read.pixels().get(ValueLayout.JAVA_BYTE, i));
        sum += Math.abs(a - b);
      }
      double mean = (double) sum / image.pixels().byteSize();
      assertTrue(mean < 5, "mean error " + mean);
    }
  }

  @Test
  void aFailedWriteLeavesNoFileAndNamesIt() throws IOException {
    Path blocked = folder.resolve("blocked");
    Files.writeString(blocked, "a file where a folder should be");
    try (var arena = Arena.ofConfined()) {
      var image = photo(arena);
      var e =
          assertThrows(
              ImageException.class, () -> ImageWriter.writePng(image, blocked.resolve("a.png")));
      assertTrue(e.getMessage().contains("a.png"), e.getMessage());
    }
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void vocPaletteIsTheKnownOne() {
    assertEquals(0x000000, VocPalette.rgb(0));
    assertEquals(0x800000, VocPalette.rgb(1));
    assertEquals(0x008000, VocPalette.rgb(2));
    assertEquals(0x004080, VocPalette.rgb(20));
    assertEquals(0xE0E0C0, VocPalette.rgb(255));
  }

  private static RgbImage photo(Arena arena) {
    return ImageDecoder.decode(Resources.path("data/photos/JPEGImages/astronaut.jpg"), arena);
  }

  private static RgbImage stripes(Arena arena) {
    var pixels = arena.allocate(64 * 64 * 3);
    for (int i = 0; i < 64 * 64; i++) {
      boolean red = i % 2 == 0;
      pixels.set(ValueLayout.JAVA_BYTE, 3L * i, (byte) (red ? 200 : 40));
      pixels.set(ValueLayout.JAVA_BYTE, 3L * i + 1, (byte) (red ? 40 : 150));
      pixels.set(ValueLayout.JAVA_BYTE, 3L * i + 2, (byte) (red ? 40 : 150));
    }
    return new RgbImage(pixels, 64, 64);
  }
}
