package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.DType;
import toco.torch.Functional;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// Self-attention of a packed qkv tensor equals softmax(q · kᵀ · scale) · v, both in this library's
/// kernel and in LibTorch's.
class SelfAttentionTest extends TensorLaws {
  private final int threads = LibTorch.numThreads();

  @AfterEach
  void resetThreads() {
    LibTorch.setNumThreads(threads);
  }

  /// The formula, in double.
  private static Tensor formula(Tensor qkv, int heads, double scale) {
    long batch = qkv.size(0);
    long tokens = qkv.size(1);
    long width = qkv.size(2) / 3;
    var parts = qkv.reshape(batch, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4);
    var weights =
        parts.select(0, 0).matmul(parts.select(0, 1).transpose(2, 3)).mul(scale).softmax(3);
    return weights.matmul(parts.select(0, 2)).transpose(1, 2).reshape(batch, tokens, width);
  }

  private record Both(Tensor result, Tensor gradient) {
    static Both of(UnaryOperator<Tensor> attention, Tensor qkv) {
      var leaf = qkv.detach().clone().requiresGrad_(true);
      var result = attention.apply(leaf);
      result.mul(result.detach().mul(3).cos()).sum().backward();
      return new Both(result.detach(), SelfAttentionTest.gradient(leaf));
    }
  }

  private static double distance(Tensor a, Tensor b) {
    return a.to(DType.FLOAT64).sub(b.to(DType.FLOAT64)).abs().amax().item() / b.abs().amax().item();
  }

  /// Token counts around the kernel's block sizes (6, 16, 24 and 192), head widths that it supports
  /// and does not. Sums of some hundred float32 products are off by a few 1e-7 of the largest.
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 16",
    "2, 5, 3, 16",
    "1, 23, 2, 32",
    "3, 24, 1, 64",
    "1, 49, 2, 48",
    "2, 193, 3, 64",
    "1, 400, 1, 80",
    "2, 30, 2, 8"
  })
  void valuesAndGradientsFollowTheFormula(int batch, int tokens, int heads, int width) {
    Rng.manualSeed(tokens);
    var qkv = Tensor.randn(batch, tokens, 3L * heads * width).mul(2);
    double scale = 0.7 / Math.sqrt(width);
    var expected = Both.of(x -> formula(x, heads, scale), qkv.to(DType.FLOAT64));
    var got = Both.of(x -> Functional.selfAttention(x, null, heads, scale), qkv);
    assertEquals(List.of((long) batch, (long) tokens, (long) heads * width), sizes(got.result));
    assertEquals(0, distance(got.result, expected.result), 5e-6);
    assertEquals(0, distance(got.gradient, expected.gradient), 5e-6);
  }

  /// The bias is added to every row and sums the rows' gradients, in the kernel and in LibTorch's
  /// attention.
  @ParameterizedTest
  @CsvSource({"16", "8"})
  void aBiasCountsAsPartOfEachRow(int width) {
    var qkv = Tensor.randn(2, 30, 3L * width).requiresGrad_(true);
    var bias = Tensor.randn(3L * width).requiresGrad_(true);
    Functional.selfAttention(qkv, bias, 1, 0.5).square().sum().backward();
    var sum = qkv.detach().add(bias.detach()).requiresGrad_(true);
    Functional.selfAttention(sum, null, 1, 0.5).square().sum().backward();
    assertEquals(0, distance(gradient(qkv), gradient(sum)), 1e-5);
    assertEquals(0, distance(gradient(bias), gradient(sum).sum(new long[] {0, 1}, false)), 1e-5);
  }

  private static Tensor gradient(Tensor leaf) {
    var gradient = leaf.grad();
    if (gradient == null) {
      throw new AssertionError("no gradient");
    }
    return gradient;
  }

  /// A softmax over scores of ±10⁴ picks one key; a naïve exponential would overflow.
  @Test
  void hugeScoresPickOneKey() {
    var qkv = Tensor.randn(1, 70, 3 * 16).mul(100);
    assertEquals(
        0,
        distance(Functional.selfAttention(qkv, null, 1, 1), formula(qkv.to(DType.FLOAT64), 1, 1)),
        1e-3);
  }

  @Test
  void threadsAndRepetitionChangeNoBit() {
    Rng.manualSeed(5);
    var qkv = Tensor.randn(3, 300, 3 * 2 * 32);
    UnaryOperator<Tensor> attention = x -> Functional.selfAttention(x, null, 2, 0.2);
    LibTorch.setNumThreads(2);
    var two = Both.of(attention, qkv);
    LibTorch.setNumThreads(1);
    var one = Both.of(attention, qkv);
    assertArrayEquals(two.result.toFloatArray(), one.result.toFloatArray());
    assertArrayEquals(two.gradient.toFloatArray(), one.gradient.toFloatArray());
  }

  @Test
  void aViewOfOtherMemoryCountsAsItsCopy() {
    var wide = Tensor.randn(2, 10, 2 * 3 * 16);
    var view = wide.slice(2, 0, 3 * 16);
    assertArrayEquals(
        Functional.selfAttention(view.clone(), null, 1, 0.25).toFloatArray(),
        Functional.selfAttention(view, null, 1, 0.25).toFloatArray());
  }

  @Test
  void aWidthThatHeadsDoNotDivideIsRefused() {
    var qkv = Tensor.randn(1, 4, 3 * 16);
    assertThrows(TorchException.class, () -> Functional.selfAttention(qkv, null, 5, 1));
  }

  private static List<Long> sizes(Tensor x) {
    return List.of(x.size(0), x.size(1), x.size(2));
  }
}
