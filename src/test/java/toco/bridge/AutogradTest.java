package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.Autocast;
import toco.torch.Autograd;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.GradMode;
import toco.torch.InferenceMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TensorList;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// Gradients, grad mode and mixed precision.
class AutogradTest extends TensorLaws {
  @Test
  void gradientsAreThoseOfCalculus() {
    var x = floats(1, 2, 3).requiresGrad_(true);
    assertNull(x.grad());
    x.pow(3).sum().backward();
    assertElements(x.grad(), 3, 12, 27);
  }

  @Test
  void gradientsAccumulateUntilDropped() {
    var x = floats(1, 2).requiresGrad_(true);
    for (int pass = 1; pass <= 3; pass++) {
      x.square().sum().backward();
      assertElements(x.grad(), 2 * pass, 4 * pass);
    }
    new TensorList(List.of(x)).zeroGrad();
    assertNull(x.grad());
  }

  @Test
  void centralDifferencesAgree() {
    Rng.manualSeed(5);
    var weight = Tensor.randn(3, 4).to(DType.FLOAT64);
    var x = Tensor.randn(4).to(DType.FLOAT64).requiresGrad_(true);
    loss(weight, x).backward();
    var gradient = x.grad().toDoubleArray();
    var values = x.toDoubleArray();
    double h = 1e-5;
    for (int i = 0; i < values.length; i++) {
      double slope = (lossAt(weight, values, i, h) - lossAt(weight, values, i, -h)) / (2 * h);
      assertEquals(slope, gradient[i], 1e-8); // error h² of the difference, 1e-16 / h of rounding
    }
  }

  private static Tensor loss(Tensor weight, Tensor x) {
    return weight.matmul(x).gelu().softmax(0).log().square().sum();
  }

  private static double lossAt(Tensor weight, double[] values, int moved, double by) {
    var at = values.clone();
    at[moved] += by;
    var x = Tensor.copyOf(java.lang.foreign.MemorySegment.ofArray(at), DType.FLOAT64, at.length);
    return loss(weight, x).item();
  }

  @Test
  void backwardScalesByTheGivenGradient() {
    var x = floats(1, 2).requiresGrad_(true);
    x.square().backward(floats(10, 100));
    assertElements(x.grad(), 20, 400);
  }

  @Test
  void backwardNeedsAScalarAndAGraph() {
    var x = floats(1, 2).requiresGrad_(true);
    assertTorchException(TorchException.Kind.OTHER, "scalar", () -> x.square().backward());
    assertTorchException(
        TorchException.Kind.OTHER, "does not require grad", () -> floats(1).sum().backward());
    var loss = x.square().sum();
    loss.backward();
    assertTorchException(TorchException.Kind.OTHER, "second time", loss::backward);
  }

  @Test
  void detachedAndUnrecordedTensorsNeedNoGradient() {
    var x = floats(1, 2).requiresGrad_(true);
    assertTrue(x.mul(2).requiresGrad());
    assertFalse(x.mul(2).detach().requiresGrad());
    try (var _ = GradMode.noGrad()) {
      assertFalse(x.mul(2).requiresGrad());
      try (var _ = GradMode.enabled(true)) {
        assertTrue(x.mul(2).requiresGrad());
      }
      assertFalse(x.mul(2).requiresGrad());
    }
    assertTrue(x.mul(2).requiresGrad());
  }

  @Test
  void gradModeBelongsToTheThread() throws InterruptedException {
    var x = TensorScope.release(floats(1).requiresGrad_(true));
    try (var _ = GradMode.noGrad()) {
      assertNull(
          onAnotherThread(() -> {
            try (var y = x.mul(2)) {
              assertTrue(y.requiresGrad());
            }
          }));
    }
    x.close();
  }

  @Test
  void aLeafThatNeedsGradientsIsNotChangedInPlace() {
    var x = floats(1).requiresGrad_(true);
    assertTorchException(TorchException.Kind.OTHER, "leaf", () -> x.mul_(2));
    try (var _ = GradMode.noGrad()) {
      assertElements(x.mul_(2), 2);
    }
  }

  @Test
  void aliasesShareTheirGradient() {
    var x = floats(3).requiresGrad_(true);
    var alias = x.alias();
    x.square().sum().backward();
    x.close();
    assertElements(alias.grad(), 6);
  }

  @Test
  void autocastAppliesToProductsOnlyAndNests() {
    var a = Tensor.ones(4, 4);
    try (var _ = Autocast.on(Device.CPU, DType.BFLOAT16)) {
      assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
      assertEquals(DType.BFLOAT16, Functional.linear(a, a, null).dtype());
      assertEquals(DType.FLOAT32, a.exp().dtype());
      try (var _ = Autocast.off(Device.CPU)) {
        assertEquals(DType.FLOAT32, a.matmul(a).dtype());
      }
      assertEquals(DType.BFLOAT16, a.matmul(a).dtype());
    }
    assertEquals(DType.FLOAT32, a.matmul(a).dtype());
  }

  @Test
  void autocastGradientsReachFloat32Weights() {
    var weight = Tensor.ones(2, 2).requiresGrad_(true);
    try (var _ = Autocast.on(Device.CPU, DType.BFLOAT16)) {
      Functional.linear(Tensor.ones(3, 2), weight, null).sum().backward();
    }
    assertEquals(DType.FLOAT32, weight.grad().dtype());
    assertElements(weight.grad(), 3, 3, 3, 3);
  }

  @Test
  void gradientsAsValues() {
    var x = floats(3).requiresGrad_(true);
    var unused = floats(1).requiresGrad_(true);
    var gradients = Autograd.grad(x.pow(3).sum(), List.of(x, unused));
    assertElements(gradients.get(0), 27);
    assertNull(gradients.get(1));
    assertNull(x.grad());
    var cube = x.pow(3);
    var first = Autograd.grad(List.of(cube), List.of(floats(1)), List.of(x), false, true).get(0);
    assertElements(Autograd.grad(first.sum(), List.of(x)).get(0), 18); // the second derivative
    var weighted = x.mul(2);
    assertElements(
        Autograd.grad(List.of(weighted), List.of(floats(5)), List.of(x), false, false).get(0), 10);
    assertThrows(TorchException.class, () -> Autograd.grad(floats(1).sum(), List.of(x)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Autograd.grad(List.of(weighted), List.of(), List.of(x), false, false));
  }

  @Test
  void inferenceModeNestsAndMarksItsTensors() throws InterruptedException {
    var x = floats(2).requiresGrad_(true);
    Tensor inside;
    try (var _ = InferenceMode.enter()) {
      inside = x.mul(3);
      try (var _ = InferenceMode.enter()) {
        assertFalse(x.mul(2).requiresGrad());
      }
      assertFalse(inside.requiresGrad());
    }
    assertTrue(x.mul(3).requiresGrad());
    var loss = assertThrows(TorchException.class, () -> x.mul(inside).sum().backward());
    assertTrue(loss.getMessage().contains("nference"), loss.getMessage());
    var outer = InferenceMode.enter();
    var inner = InferenceMode.enter();
    assertThrows(IllegalStateException.class, outer::close);
    assertTrue(onAnotherThread(inner::close) instanceof IllegalStateException);
    inner.close();
    inner.close();
    outer.close();
    assertTrue(x.mul(3).requiresGrad());
  }
}
