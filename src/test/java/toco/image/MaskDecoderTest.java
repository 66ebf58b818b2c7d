package toco.image;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.MaskValues;

class MaskDecoderTest {
  /// `src/test/resources/python/format_cases.py` drew the same indices into all of them.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "palette8.tif",
        "palette4.tif",
        "mask16.tif",
        "mask-voc.tif",
        "mask-voc.webp",
        "palette4.bmp",
        "rle8.bmp",
        "rle4.bmp"
      })
  void masksInOtherFormatsGiveIndices(String name) {
    try (var arena = Arena.ofConfined()) {
      var mask = MaskDecoder.decode(Resources.path("format-cases/" + name), arena);
      assertEquals(41, mask.widthPx());
      assertEquals(30, mask.heightPx());
      for (int y = 0; y < 30; y++) {
        for (int x = 0; x < 41; x++) {
          byte label = mask.labels().get(ValueLayout.JAVA_BYTE, y * 41 + x);
          assertEquals((x / 5 + y / 4) % 7, label, name + " at " + x + ", " + y);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "grey8-jpeg.tif, it is a TIFF with a compression that changes labels",
    "lossy.webp, it is a WebP with a compression that changes labels",
    "mono8.dcm, it is a DICOM file; save masks as PNG",
    "float32.tif, its samples are no whole numbers",
    "cmyk-raw.tif, its colours are CMYK",
    "grey16.tif, which is no class index"
  })
  void otherFilesAreNoMasks(String name, String reason) {
    var file = Resources.path("format-cases/" + name);
    var e =
        assertThrows(ImageException.class, () -> MaskDecoder.decode(file, null, Arena.ofAuto()));
    assertTrue(e.getMessage().startsWith("cannot read " + file), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void paletteMasksGiveIndicesNotColours() {
    try (var arena = Arena.ofConfined()) {
      var mask =
          MaskDecoder.decode(
              Resources.path("data/photos/SegmentationClassAug/astronaut.png"), arena);
      long[] counts = mask.histogram();
      // background, aeroplane, person and ignored, as Pillow counts them
      assertEquals(52_211, counts[0]);
      assertEquals(15_257, counts[1]);
      assertEquals(111_647, counts[15]);
      assertEquals(8_385, counts[255]);
      assertEquals(375 * 500, counts[0] + counts[1] + counts[15] + counts[255]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void smallDepthsGiveTheirSamplesUnscaled(int bits) {
    try (var arena = Arena.ofConfined()) {
      var palette = MaskDecoder.decode(Resources.path("decode-cases/pal" + bits + ".png"), arena);
      var grey = MaskDecoder.decode(Resources.path("decode-cases/grey" + bits + ".png"), arena);
      assertEquals(-1, palette.labels().mismatch(grey.labels())); // both were made from one array
      for (long i = 0; i < palette.labels().byteSize(); i++) {
        assertTrue(palette.labels().get(ValueLayout.JAVA_BYTE, i) < 1 << bits);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb8.png", "rgba.png", "grey16.png", "grey.jpg"})
  void filesWithoutIndicesAreRefusedByName(String name) {
    try (var arena = Arena.ofConfined()) {
      var file = Resources.path("decode-cases/" + name);
      var e = assertThrows(ImageException.class, () -> MaskDecoder.decode(file, arena));
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }

  @TempDir Path folder;

  /// A 3×1 mask with these samples per pixel.
  private Path png(int type, int[]... pixels) throws IOException {
    var image = new BufferedImage(pixels.length, 1, type);
    for (int x = 0; x < pixels.length; x++) {
      image.getRaster().setPixel(x, 0, pixels[x]);
    }
    var file = folder.resolve("mask.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  private static List<Integer> labels(Path file, @Nullable MaskValues values) {
    try (var arena = Arena.ofConfined()) {
      var found = new ArrayList<Integer>();
      for (byte label : MaskDecoder.decode(file, values, arena).labels().toArray(JAVA_BYTE)) {
        found.add(Byte.toUnsignedInt(label));
      }
      return found;
    }
  }

  private static void refuses(Path file, @Nullable MaskValues values, String... parts) {
    var message = assertThrows(ImageException.class, () -> labels(file, values)).getMessage();
    for (var part : parts) {
      assertTrue(message.contains(part), message);
    }
  }

  /// Label 1 is dark red, 2 dark green, 255 cream.
  @Test
  void coloursOfTheVocPaletteGiveTheirLabels() throws IOException {
    int rgb = BufferedImage.TYPE_INT_RGB;
    var black = new int[] {0, 0, 0};
    var file = png(rgb, black, new int[] {128, 0, 0}, new int[] {0, 128, 0});
    assertEquals(List.of(0, 1, 2), labels(file, null));
    file = png(rgb, black, new int[] {128, 128, 128}, new int[] {224, 224, 192});
    assertEquals(List.of(0, 7, 255), labels(file, null));
    var alpha = png(BufferedImage.TYPE_INT_ARGB, new int[] {128, 0, 0, 9}, new int[] {0, 0, 0, 0});
    assertEquals(List.of(1, 0), labels(alpha, null));
    refuses(
        png(rgb, black, new int[] {255, 0, 0}, new int[] {255, 0, 0}),
        null,
        "2 px hold #ff0000, the first at x 1, y 0",
        "data.maskValues");
  }

  @Test
  void greyIsTheLabelInEveryForm() throws IOException {
    var rgb =
        png(BufferedImage.TYPE_INT_RGB, new int[3], new int[] {1, 1, 1}, new int[] {255, 255, 255});
    assertEquals(List.of(0, 1, 255), labels(rgb, null));
    int grey16 = BufferedImage.TYPE_USHORT_GRAY;
    assertEquals(
        List.of(0, 2, 255), labels(png(grey16, new int[1], new int[] {2}, new int[] {255}), null));
    refuses(png(grey16, new int[1], new int[] {257}), null, "1 px hold 257");
  }

  @Test
  void aShapeInTheAlphaChannelAloneIsRefused() throws IOException {
    var file = png(BufferedImage.TYPE_INT_ARGB, new int[4], new int[] {0, 0, 0, 255});
    refuses(file, null, "only their transparency differs");
  }

  @Test
  void otherValuesAreNamedInTheConfiguration() throws IOException {
    int grey = BufferedImage.TYPE_BYTE_GRAY;
    var binary = png(grey, new int[1], new int[] {255}, new int[] {0});
    assertEquals(List.of(0, 255, 0), labels(binary, null));
    assertEquals(List.of(0, 1, 0), labels(binary, values("0,255")));
    // classes from 0, background 255
    assertEquals(
        List.of(0, 3, 1),
        labels(png(grey, new int[] {255}, new int[] {2}, new int[1]), values("255,0,1,2")));
    // 255 is ignored unless named
    assertEquals(List.of(255, 1), labels(png(grey, new int[] {255}, new int[] {7}), values("0,7")));
    refuses(png(grey, new int[] {254}), values("0,255"), "1 px hold 254");
    var colours = values("#000000,#ff0000,#00FF00");
    var rgb =
        png(BufferedImage.TYPE_INT_RGB, new int[3], new int[] {0, 255, 0}, new int[] {255, 0, 0});
    assertEquals(List.of(0, 2, 1), labels(rgb, colours));
    refuses(png(BufferedImage.TYPE_INT_RGB, new int[] {255, 0, 1}), colours, "#ff0001");
  }

  private static MaskValues values(String text) {
    return Config.parse(
            "",
            "test",
            List.of(
                "data.layout=folder",
                "data.maskValues=" + text,
                "data.classNames=" + List.of("a", "b", "c").subList(0, text.split(",").length - 1)))
        .data()
        .maskValueList();
  }

  @Test
  void aJpegIsRefused() {
    refuses(Resources.path("decode-cases/grey.jpg"), null, "it is a JPEG, whose compression");
  }
}
