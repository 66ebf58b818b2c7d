package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.PresentClasses;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class SwapLossTest {
  private static final double LN2 = Math.log(2);

  /// By hand, one cell and two classes: CAM 1 with target 1 costs −log σ(1), CAM −2 with target 0
  /// costs ln 2 and gets no gradient.
  @Test
  void onlyPositiveActivationsGetAGradient() {
    var cam = Tensor.of(new float[] {1, -2}, 1, 2, 1, 1).requiresGrad_(true);
    var loss = SwapLoss.of(cam, Tensor.of(new float[] {1, 0}, 1, 2, 1, 1));
    double right = Math.log1p(Math.exp(-1));
    assertEquals((right + LN2) / 2, loss.item(), 1e-6);
    loss.backward();
    var gradient = assertNotNullGradient(cam);
    double slope = -1 / (1 + Math.E) / 2;
    assertArrayEquals(new float[] {(float) slope, 0}, gradient.toFloatArray(), 1e-6f);
  }

  private static Tensor assertNotNullGradient(Tensor leaf) {
    var gradient = leaf.grad();
    assertNotNull(gradient);
    return gradient;
  }

  /// Equal logits share a pixel; an absent class gets nothing, whatever its logit; padding of an
  /// image with fewer classes does not count, and an image without class is all background.
  @Test
  void targetsAreOfPresentClasses() {
    var present =
        PresentClasses.of(
            List.of(new float[] {0, 1, 1}, new float[] {1, 0, 0}, new float[] {0, 0, 0}));
    var logits = // background, then two columns of classes; the padding's are largest
        Tensor.of(
            new float[] {
              0, 2, 2, // classes 2 and 3
              5, 5, 100, // class 1, padding
              1, 100, 100 // padding only
            },
            3,
            3,
            1,
            1);
    var target = SwapLoss.target(logits, present, 3, 1, 1, 0.01);
    assertArrayEquals(
        new float[] {0, 0.5f, 0.5f, 0.5f, 0, 0, 0, 0, 0}, target.toFloatArray(), 1e-6f);
  }

  /// The softmax comes before the resizing: two pixels of opposite classes give halves, at any
  /// difference of their logits.
  @Test
  void targetsAreResizedAfterTheSoftmax() {
    var present = PresentClasses.of(List.of(new float[] {1}));
    var logits = Tensor.of(new float[] {9, -1, -9, 1}, 1, 2, 1, 2); // background, class
    var target = SwapLoss.target(logits, present, 1, 1, 1, 0.01);
    assertEquals(0.5, target.item(), 1e-6);
  }
}
