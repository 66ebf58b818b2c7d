package toco.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Three classes; the CAM of class 1 has the largest mean, that of class 2 the larger of the
/// others.
class CamTilesTest {
  private static final List<String> NAMES = List.of("cat", "dog", "tree");
  private static final RgbImage IMAGE = new RgbImage(MemorySegment.ofArray(new byte[12]), 2, 2);

  private static Tensor cam() {
    return Tensor.of(
        new float[] {0, 0, 0, 1, /* dog */ 1, 1, 1, 0, /* tree */ 0, 0, 1, 1}, 3, 2, 2);
  }

  private static CamTiles tiles(float... labels) {
    return CamTiles.of(IMAGE, cam(), cam().sub(1).neg(), Tensor.of(labels));
  }

  @Test
  void theClassWithTheLargestMeanIsDrawnIfTheImageHasIt() {
    try (var _ = TensorScope.open()) {
      assertEquals("dog", tiles(1, 1, 1).caption(NAMES::get));
      var tiles = tiles(1, 0, 1);
      assertEquals("tree", tiles.caption(NAMES::get));
      var tree = cam().select(0, 2);
      assertArrayEquals(TensorPictures.cam(IMAGE, tree).rgb(), tiles.cam().rgb());
      assertArrayEquals(TensorPictures.cam(IMAGE, tree.sub(1).neg()).rgb(), tiles.auxCam().rgb());
    }
  }

  @Test
  void anImageWithoutAClassIsDrawnPlain() {
    try (var _ = TensorScope.open()) {
      var tiles = tiles(0, 0, 0);
      assertEquals("no class here", tiles.caption(NAMES::get));
      assertArrayEquals(Picture.of(IMAGE).rgb(), tiles.cam().rgb());
      assertArrayEquals(Picture.of(IMAGE).rgb(), tiles.auxCam().rgb());
    }
  }
}
