package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.PresentClasses;
import toco.config.CrfParams;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Values are golden cases.
@TensorTest
class MapCrfTest {
  private static final MapCrf CRF = new MapCrf(new CrfParams(1, 3, 1, 4, 67, 3));

  private static Tensor picture() {
    return Tensor.zeros(6, 8, 3).to(DType.UINT8);
  }

  @Test
  void anImageWithoutClassesIsBackground() {
    var labels =
        CRF.labels(
            picture(), Tensor.ones(1, 1, 6, 8), PresentClasses.of(List.of(new float[] {0, 0})));
    assertArrayEquals(new long[] {6, 8}, labels.shape().sizes());
    assertEquals(0, labels.amax().itemLong());
    assertEquals(DType.INT64, labels.dtype());
  }

  @Test
  void labelsAreClassNumbers() {
    var maps = Tensor.cat(List.of(Tensor.zeros(1, 1, 6, 8), Tensor.ones(1, 1, 6, 8)), 1);
    var labels =
        CRF.labels(picture(), maps, PresentClasses.of(List.of(new float[] {0, 1, 0, 0, 1})));
    assertEquals(5, labels.amin().itemLong());
    assertEquals(5, labels.amax().itemLong());
  }
}
