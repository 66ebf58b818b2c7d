package toco.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Layers that keep less for the backward pass give what the layers apart give, bit for bit: both
/// call the same operators in the same order.
class FusedLayersTest extends TensorLaws {

  private Tensor leaf(long... sizes) {
    return Tensor.randn(sizes).requiresGrad_(true);
  }

  private static void assertSame(Supplier<Tensor> fused, Supplier<Tensor> apart, Tensor... leaves) {
    var expected = gradients(apart, leaves);
    var got = gradients(fused, leaves);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), got.get(i), "result, then gradients: number " + i);
    }
  }

  /// The result, and the gradients that a random-looking sum of it gives the leaves.
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
    var bias = leaf(6);
    assertSame(
        () -> Functional.normLinear(x, gamma, beta, 1e-6, weight, bias),
        () -> Functional.linear(Functional.layerNorm(x, gamma, beta, 1e-6), weight, bias),
        x,
        gamma,
        beta,
        weight,
        bias);
    assertSame(
        () -> Functional.normLinear(x, gamma, beta, 1e-6, weight, null),
        () -> Functional.linear(Functional.layerNorm(x, gamma, beta, 1e-6), weight, null),
        x,
        weight);
  }

  @Test
  void linearOfGelu() {
    Rng.manualSeed(2);
    var x = leaf(3, 4, 8);
    var weight = leaf(6, 8);
    var bias = leaf(6);
    assertSame(
        () -> Functional.geluLinear(x, weight, bias),
        () -> Functional.linear(x.gelu(), weight, bias),
        x,
        weight,
        bias);
    assertSame(
        () -> Functional.geluLinear(x, weight, null),
        () -> Functional.linear(x.gelu(), weight, null),
        x,
        weight);
  }

  /// bfloat16 has 8 bits of mantissa: sums of a few dozen products of size 1 are off by some
  /// hundredths.
  @Test
  void underAutocastTheProductsAreShortAndTheWeightsGradientsLong() {
    Rng.manualSeed(3);
    var x = leaf(4, 8);
    var gamma = leaf(8);
    var beta = leaf(8);
    var weight = leaf(6, 8);
    var exact = Functional.normLinear(x, gamma, beta, 1e-6, weight, null).gelu();
    try (var _ = Autocast.on(Device.CPU, DType.BFLOAT16)) {
      var hidden = Functional.normLinear(x, gamma, beta, 1e-6, weight, null);
      assertEquals(DType.BFLOAT16, hidden.dtype());
      var out = Functional.geluLinear(hidden, Tensor.ones(1, 6), null);
      assertEquals(exact.sum(1).sub(out.squeeze(1)).abs().amax().item(), 0, 0.2);
      out.to(DType.FLOAT32).sum().backward();
    }
    for (var leaf : List.of(x, gamma, beta, weight)) {
      var gradient = leaf.grad();
      assertEquals(DType.FLOAT32, gradient == null ? null : gradient.dtype());
    }
  }

  @Test
  void withoutGradientsNothingIsKept() {
    var weight = leaf(6, 8);
    try (var _ = GradMode.noGrad()) {
      var out = Functional.geluLinear(Tensor.randn(2, 8), weight, null);
      assertEquals(false, out.requiresGrad());
    }
  }
}
