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
  @ValueSource(strings = {"rgb8.png", "rgba.png", "grey16.png", "greyalpha.png", "grey.jpg"})
  void filesWithoutIndicesAreRefusedByName(String name) {
    try (var arena = Arena.ofConfined()) {
      var file = Resources.path("decode-cases/" + name);
      var e = assertThrows(ImageException.class, () -> MaskDecoder.decode(file, arena));
      assertTrue(e.getMessage().contains(name), e.getMessage());
    }
  }
}
