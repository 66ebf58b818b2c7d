package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class PresentClassesTest {
  /// Classes 1 and 3, class 2 alone, and none.
  private static final PresentClasses PRESENT =
      PresentClasses.of(
          List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0}, new float[] {0, 0, 0}));

  /// Scattering what was gathered leaves the maps of the present classes, and zeros: the map of
  /// class 1 that pads short rows is not written over a class.
  @Test
  void scatterIsTheReverseOfGather() {
    var maps = Tensor.randn(3, 3, 2, 4);
    var labels = Tensor.of(new float[] {1, 0, 1, 0, 1, 0, 0, 0, 0}, 3, 3);
    var expected = CamLabels.validCam(maps, labels);
    var scattered = PRESENT.scatter(PRESENT.gather(maps), 3);
    assertArrayEquals(new long[] {3, 3, 2, 4}, scattered.shape().sizes());
    assertEquals(0, expected.sub(scattered).abs().amax().item());
  }
}
