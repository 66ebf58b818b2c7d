package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskDecoderTest {
  @Test
  void paletteMasksGiveIndicesNotColours() {
    try (var arena = Arena.ofConfined()) {
      var mask =
          MaskDecoder.decode(
              Resources.path("voc-mini/SegmentationClassAug/2011_000003.png"), arena);
      long[] counts = mask.histogram();
      // background, bottle, person and ignored, as Pillow counts them
      assertEquals(122_905, counts[0]);
      assertEquals(601, counts[5]);
      assertEquals(29_270, counts[15]);
      assertEquals(16_224, counts[255]);
      assertEquals(500 * 338, counts[0] + counts[5] + counts[15] + counts[255]);
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
  @ValueSource(strings = {"rgb8.png", "rgba.png", "grey16.png", "greyalpha.png", "grey.jpg"})
  void filesWithoutIndicesAreRefusedByName(String name) {
    try (var arena = Arena.ofConfined()) {
      var file = Resources.path("decode-cases/" + name);
      var e = assertThrows(ImageException.class, () -> MaskDecoder.decode(file, arena));
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }
}
