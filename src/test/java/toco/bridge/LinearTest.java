package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;

/// Each fused form of a linear layer equals the plain code that its documentation states. Sums are
/// taken in another order: a few units of 1e-7 of numbers of size 1.
class LinearTest extends TensorLaws {
  private static final double ROUNDING = 5e-6;

  private final Parameters params = new Parameters();
  private LayerNorm norm;
  private Linear fc1;
  private Linear fc2;

  @BeforeEach
  void makeLayers() {
    Rng.manualSeed(1);
    norm = new LayerNorm(params.child("norm"), 8, 1e-6);
    fc1 = new Linear(params.child("fc1"), 8, 12);
    fc2 = new Linear(params.child("fc2"), 12, 8);
  }

  @AfterEach
  void freeWeights() {
    params.close();
  }

  private static void assertEqual(Tensor expected, Tensor got) {
    assertEquals(expected.shape(), got.shape());
    assertEquals(0, expected.sub(got).abs().amax().item(), ROUNDING);
  }

  private Tensor bias(String layer) {
    return params.all().get(layer + ".bias");
  }

  @Test
  void forwardOutputsIsASliceOfForward() {
    var x = Tensor.randn(2, 5, 8);
    assertEqual(fc1.forward(x).slice(-1, 3, 7), fc1.forwardOutputs(x, 3, 7));
  }

  @Test
  void forwardAddResidualIsForwardPlusTheResidual() {
    var x = Tensor.randn(2, 5, 8);
    var residual = Tensor.randn(2, 5, 12);
    assertEqual(residual.add(fc1.forward(x)), fc1.forwardAddResidual(x, residual));
  }

  @Test
  void normProductIsNormThenForward() {
    var x = Tensor.randn(2, 5, 8);
    assertEqual(fc1.forward(norm.forward(x)), fc1.normProduct(norm, x).sum());
  }

  @Test
  void twoFusedCallsAreAnMlpWithNormAndResidual() {
    var x = Tensor.randn(2, 5, 8);
    var hidden = fc1.normProduct(norm, x).value();
    assertEqual(
        x.add(fc2.forward(fc1.forward(norm.forward(x)).gelu())),
        fc2.geluForwardAddResidual(hidden, fc1.bias(), x));
    assertEqual(x.add(fc2.forward(hidden.gelu())), fc2.geluForwardAddResidual(hidden, null, x));
  }
}
