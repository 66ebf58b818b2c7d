package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class RoiCropsTest {
  private static final int SIZE = 8;

  @Test
  void centresLieOnBackgroundOrUncertainGroundAndDiffer() {
    var mask = new long[32 * 40];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i % 40 < 20 ? 2 : i % 2; // foreground left, the rest right
    }
    var corners = RoiCrops.random(10, SIZE, 3, 17).of(mask, 32, 40, 0);
    var seen = new HashSet<Integer>();
    for (int[] corner : corners) {
      int row = corner[0] + SIZE / 2;
      int column = corner[1] + SIZE / 2;
      assertTrue(mask[row * 40 + column] <= 1, row + "," + column);
      assertTrue(
          corner[0] >= 0 && corner[0] + SIZE <= 32 && corner[1] >= 0 && corner[1] + SIZE <= 40);
      seen.add(row * 40 + column);
    }
    assertEquals(10, seen.size());
  }

  @Test
  void whereThereIsTooLittleSuchGroundAnyPlaceWillDo() {
    var mask = new long[32 * 32];
    Arrays.fill(mask, 2);
    assertEquals(10, RoiCrops.random(10, SIZE, 3, 0).of(mask, 32, 32, 0).length);
  }

  @Test
  void theDrawDependsOnSeedIterationAndImageAlone() {
    var mask = new long[32 * 32];
    var corners = RoiCrops.random(4, SIZE, 3, 5).of(mask, 32, 32, 1);
    assertArrayEquals(corners, RoiCrops.random(4, SIZE, 3, 5).of(mask, 32, 32, 1));
    assertTrue(!Arrays.deepEquals(corners, RoiCrops.random(4, SIZE, 3, 6).of(mask, 32, 32, 1)));
    assertTrue(!Arrays.deepEquals(corners, RoiCrops.random(4, SIZE, 3, 5).of(mask, 32, 32, 0)));
  }

  @Test
  void anImageWithoutRoomIsAnErrorWithTheKeysToChange() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> RoiCrops.random(4, SIZE, 0, 0).of(new long[64], 8, 8, 0));
    assertTrue(e.getMessage().contains("train.localCropSizePx"), e.getMessage());
  }
}
