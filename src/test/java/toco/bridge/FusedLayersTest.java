package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// Fused layers equal the separate layers, in results and gradients. Sums are taken in another
/// order, and the kernel has its own GELU: a few units of 1e-7 of the numbers summed.
class FusedLayersTest extends TensorLaws {

  private Tensor leaf(long... sizes) {
    return Tensor.randn(sizes).requiresGrad_(true);
  }

  private static void assertSame(
      Supplier<Tensor> fused, Supplier<Tensor> separate, Tensor... leaves) {
    var expected = gradients(separate, leaves);
    var got = gradients(fused, leaves);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), got.get(i), 2e-5f, "result, then gradients: number " + i);
    }
  }

  /// The result, and the gradients of a pseudo-random weighted sum of it with respect to the
  /// leaves.
  private static List<float[]> gradients(Supplier<Tensor> layers, Tensor... leaves) {
    for (var leaf : leaves) {
      var old = leaf.grad();
      if (old != null) {
        old.fill_(0);
      }
    }
    var result = layers.get();
    result.mul(result.detach().sin()).sum().backward();
    var all = new ArrayList<float[]>();
    all.add(result.detach().toFloatArray());
    for (var leaf : leaves) {
      var gradient = leaf.grad();
      all.add(gradient == null ? new float[0] : gradient.toFloatArray());
    }
    return all;
  }

  @Test
  void normThenLinear() {
    Rng.manualSeed(1);
    var x = leaf(2, 5, 8);
    var gamma = leaf(8);
    var beta = leaf(8);
    var weight = leaf(6, 8);
    assertSame(
        () -> Functional.normLinear(x, gamma, beta, 1e-6, weight),
        () -> Functional.linear(Functional.layerNorm(x, gamma, beta, 1e-6), weight, null),
        x,
        gamma,
        beta,
        weight);
  }

  @Test
  void linearOfGelu() {
    Rng.manualSeed(2);
    var residual = leaf(3, 4, 6);
    var hidden = leaf(3, 4, 9);
    var hiddenBias = leaf(9);
    var weight = leaf(6, 9);
    var bias = leaf(6);
    assertSame(
        () -> Functional.geluLinear(residual, hidden, hiddenBias, weight, bias),
        () -> residual.add(Functional.linear(hidden.add(hiddenBias).gelu(), weight, bias)),
        residual,
        hidden,
        hiddenBias,
        weight,
        bias);
    assertSame(
        () -> Functional.geluLinear(residual, hidden, null, weight, null),
        () -> residual.add(Functional.linear(hidden.gelu(), weight, null)),
        residual,
        hidden,
        weight);
  }

  /// From where the GELU is 0 to where it is the identity. One unit of float32 near 20 is 2e-6.
  @Test
  void geluFollowsErf() {
    var x = Tensor.arange(-2000, 2001, DType.FLOAT32, Device.CPU).div(100).reshape(4001, 1);
    var got =
        Functional.geluLinear(Tensor.zeros(4001, 1), x, Tensor.zeros(1), Tensor.ones(1, 1), null);
    assertEquals(0, got.sub(x.gelu()).abs().amax().item(), 2e-6);
  }

  @Test
  void linearPlusResidual() {
    Rng.manualSeed(4);
    var wide = leaf(2, 5, 6);
    var input = leaf(2, 3, 4);
    var weight = leaf(6, 4);
    var bias = leaf(6);
    assertSame(
        () -> Functional.linearAdd(wide.slice(1, 0, 3), input, weight, bias),
        () -> wide.slice(1, 0, 3).add(Functional.linear(input, weight, bias)),
        wide,
        input,
        weight,
        bias);
    assertThrows(TorchException.class, () -> Functional.linearAdd(wide, input, weight, bias));
  }

  /// bfloat16 has 8 bits of mantissa: sums of a few dozen products of size 1 are off by some
  /// hundredths.
  @Test
  void underAutocastProductsAreBfloat16AndWeightGradientsFloat32() {
    Rng.manualSeed(3);
    var x = leaf(4, 8);
    var gamma = leaf(8);
    var beta = leaf(8);
    var weight = leaf(6, 8);
    var exact = Functional.normLinear(x, gamma, beta, 1e-6, weight).gelu();
    try (var _ = Autocast.on(Device.CPU, DType.BFLOAT16)) {
      var hidden = Functional.normLinear(x, gamma, beta, 1e-6, weight);
      assertEquals(DType.BFLOAT16, hidden.dtype());
      var out =
          Functional.geluLinear(
              Tensor.zeros(4, 1), hidden, Tensor.zeros(6), Tensor.ones(1, 6), Tensor.zeros(1));
      assertEquals(exact.sum(1).sub(out.squeeze(1)).abs().amax().item(), 0, 0.2);
      out.to(DType.FLOAT32).sum().backward();
    }
    for (var leaf : List.of(x, gamma, beta, weight)) {
      var gradient = leaf.grad();
      assertEquals(DType.FLOAT32, gradient == null ? null : gradient.dtype());
    }
  }

  @Test
  void withoutGradientsThereIsNoGraph() {
    var weight = leaf(6, 8);
    try (var _ = GradMode.noGrad()) {
      var out = Functional.geluLinear(Tensor.zeros(2, 6), Tensor.randn(2, 8), null, weight, null);
      assertEquals(false, out.requiresGrad());
    }
  }
}
