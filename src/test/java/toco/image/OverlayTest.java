package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayTest {
  @TempDir Path folder;

  @Test
  void heatIsHottestWhereTheMapIs() {
    var heat = new float[16];
    heat[5] = 1; // row 1, column 1 of a 4×4 grid
    var picture = Overlay.heat(grey(64, 64), HeatMap.of(heat, 4, 4), Colormap.JET);
    int hot = picture.rgb()[24 * 64 + 24];
    int cold = picture.rgb()[60 * 64 + 60];
    assertTrue((hot >> 16) > (hot & 0xFF), "red outweighs blue at the peak");
    assertTrue((cold >> 16) < (cold & 0xFF), "blue outweighs red away from it");
  }

  @Test
  void labelsLeaveTheBackgroundUnchanged() {
    var labels = new byte[] {0, 1, 0, (byte) 255};
    var picture = Overlay.labels(grey(8, 8), new LabelMap(MemorySegment.ofArray(labels), 2, 2));
    assertEquals(0x808080, picture.rgb()[0]);
    assertEquals(Picture.blend(0x808080, 0x800000, 0.6f), picture.rgb()[7]);
    assertEquals(0x808080, picture.rgb()[7 * 8]);
    assertEquals(Picture.blend(0x808080, 0xE0E0C0, 0.6f), picture.rgb()[63]);
  }

  @Test
  void coloursRunFromColdToHotAndAreClamped() {
    assertEquals(0x000080, Colormap.JET.rgb(-3));
    assertEquals(0x800000, Colormap.JET.rgb(7));
    assertEquals(0x440154, Colormap.VIRIDIS.rgb(Float.NaN));
    assertEquals(0x21918C, Colormap.VIRIDIS.rgb(0.5f));
  }

  @Test
  void sheetHoldsEveryTileAndIsWritten() {
    var sheet = new TileSheet(2, 32);
    for (int i = 0; i < 3; i++) {
      sheet.add("tile " + i, Picture.of(grey(16, 8)));
    }
    var picture = sheet.picture();
    assertEquals(4 + 2 * (32 + 4), picture.widthPx());
    assertEquals(4 + 2 * (10 + 16 + 4), picture.heightPx()); // 16×8 px stretched to 32×16
    long tilePixels = Arrays.stream(picture.rgb()).filter(c -> c == 0x808080).count();
    assertEquals(3 * 32 * 16, tilePixels);
    sheet.write(folder.resolve("sheet.png"));
    try (var arena = Arena.ofConfined()) {
      var read = Picture.of(ImageDecoder.decode(folder.resolve("sheet.png"), arena));
      assertArrayEquals(picture.rgb(), read.rgb());
    }
  }

  @Test
  void enlargingRepeatsAndReducingAverages() {
    var small = new Picture(new int[] {0x000000, 0x204060}, 2, 1);
    assertArrayEquals(
        new int[] {0, 0, 0x204060, 0x204060, 0, 0, 0x204060, 0x204060}, small.fittedTo(4).rgb());
    assertArrayEquals(new int[] {0x102030}, small.fittedTo(1).rgb());
  }

  private static RgbImage grey(int widthPx, int heightPx) {
    MemorySegment pixels = Arena.ofAuto().allocate(3L * widthPx * heightPx);
    for (long i = 0; i < pixels.byteSize(); i++) {
      pixels.set(ValueLayout.JAVA_BYTE, i, (byte) 0x80);
    }
    return new RgbImage(pixels, widthPx, heightPx);
  }
}
