package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class RoiCropsTest {
  private static final int SIZE = 8;
  private TensorScope scope;

  @BeforeEach
  void open() {
    scope = TensorScope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  private static Tensor filled(long label, long... sizes) {
    return Tensor.zeros(sizes).to(DType.INT64).add(label);
  }

  @Test
  void centresAreDifferentPixelsOfBackgroundOrUncertainRegions() {
    var mask = new long[32 * 40];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % 40 < 20 ? 2 : i % 2; // foreground left, the rest right
    }
    var corners = RoiCrops.random(10, SIZE, 3, 17).of(Tensor.of(mask, 1, 32, 40)).toLongArray();
    var seen = new HashSet<Long>();
    for (int i = 0; i < corners.length; i += 2) {
      long row = corners[i];
      long column = corners[i + 1];
      long centre = (row + SIZE / 2) * 40 + column + SIZE / 2;
      assertTrue(mask[(int) centre] <= 1, row + "," + column);
      assertTrue(row >= 0 && row + SIZE <= 32 && column >= 0 && column + SIZE <= 40);
      seen.add(centre);
    }
    assertEquals(10, seen.size());
  }

  @Test
  void withTooFewSuchPixelsCentresMayBeAnywhere() {
    var corners = RoiCrops.random(10, SIZE, 3, 0).of(filled(2, 1, 32, 32));
    assertArrayEquals(new long[] {1, 10, 2}, corners.shape().sizes());
    var distinct = new HashSet<String>();
    var flat = corners.toLongArray();
    for (int i = 0; i < flat.length; i += 2) {
      distinct.add(flat[i] + "," + flat[i + 1]);
    }
    assertEquals(10, distinct.size());
  }

  @Test
  void theDrawDependsOnlyOnSeedIterationAndImage() {
    var mask = filled(0, 2, 32, 32);
    var corners = RoiCrops.random(4, SIZE, 3, 5).of(mask);
    var both = corners.toLongArray();
    assertArrayEquals(both, RoiCrops.random(4, SIZE, 3, 5).of(mask).toLongArray());
    assertFalse(Arrays.equals(both, RoiCrops.random(4, SIZE, 3, 6).of(mask).toLongArray()));
    assertFalse(Arrays.equals(both, RoiCrops.random(4, SIZE, 4, 5).of(mask).toLongArray()));
    assertFalse(
        Arrays.equals(corners.select(0, 0).toLongArray(), corners.select(0, 1).toLongArray()));
  }

  /// 400 draws of one of 9 pixels: 44 each are expected, with a standard deviation of 6.3.
  @Test
  void everyPixelIsDrawnEquallyOften() {
    var mask = filled(0, 1, SIZE + 3, SIZE + 3);
    var counts = new int[9];
    for (int iter = 0; iter < 400; iter++) {
      var corner = RoiCrops.random(1, SIZE, 3, iter).of(mask).toLongArray();
      counts[(int) (3 * corner[0] + corner[1])]++;
    }
    for (int count : counts) {
      assertTrue(count > 20 && count < 70, Arrays.toString(counts));
    }
  }

  @Test
  void cropsAreTheImagesPixelsAndFlagsCountTheirForeground() {
    var image = Tensor.rand(2, 3, 12, 14);
    var mask = filled(0, 2, 12, 14);
    mask.select(0, 1).slice(0, 0, 4).fill_(2);
    var corners = Tensor.of(new long[] {0, 1, 4, 5, 2, 3, 0, 0}, 2, 2, 2);
    var cut = RoiCrops.cut(image, mask, 4, 0.2, RoiCrops.fixed(corners));
    assertArrayEquals(
        image.select(0, 1).slice(1, 2, 6).slice(2, 3, 7).toFloatArray(),
        cut.crops().select(0, 1).select(0, 0).toFloatArray());
    assertArrayEquals(new float[] {1, 1, 0, 0, 1, 1, 1, 1}, cut.flags().toFloatArray());
  }

  @Test
  void anImageTooSmallForTheCropsIsAnErrorThatNamesTheKeys() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> RoiCrops.random(4, SIZE, 0, 0).of(filled(0, 1, 8, 8)));
    assertTrue(e.getMessage().contains("train.localCropSizePx"), e.getMessage());
  }
}
