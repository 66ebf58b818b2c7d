package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.Losses;
import toco.torch.Tensor;
import toco.torch.TensorLaws;
import toco.torch.TorchException;

/// Operators against arithmetic by hand. Tolerances are float32's rounding.
class OperatorsTest extends TensorLaws {
  private static final double ROUNDING = 1e-6;

  private static void assertNear(Tensor got, double... expected) {
    assertArrayEquals(expected, got.flatten(0).toDoubleArray(), ROUNDING, got.toString());
  }

  private static Tensor matrix() {
    return floats(2, 1, 1, 3).reshape(2, 2);
  }

  @Test
  void products() {
    var x = floats(1, 2, 3, 4).reshape(2, 2);
    assertNear(Tensor.einsum("ij,jk->ik", x, matrix()), 4, 7, 10, 15);
    assertNear(Tensor.einsum("ii->", x), 5);
    assertNear(x.unsqueeze(0).bmm(matrix().unsqueeze(0)), 4, 7, 10, 15);
    assertNear(floats(1, 2).dot(floats(3, 4)), 11);
    assertNear(floats(1, 2).outer(floats(3, 4)), 3, 4, 6, 8);
    assertNear(x.tril(0), 1, 0, 3, 4);
    assertNear(x.triu(1), 0, 2, 0, 0);
    assertNear(x.diag(0), 1, 4);
  }

  @Test
  void linearAlgebra() {
    var a = matrix();
    assertNear(a.det(), 5);
    assertNear(a.inverse(), 0.6, -0.2, -0.2, 0.4);
    assertNear(a.solve(floats(3, 4)), 1, 1);
    var lower = a.cholesky();
    assertNear(lower.matmul(lower.transpose(0, 1)), 2, 1, 1, 3);
    var svd = floats(3, 0, 0, 0, 4, 0).reshape(2, 3).svd();
    assertNear(svd.s(), 4, 3);
    assertNear(svd.u().matmul(svd.s().diag(0)).matmul(svd.vh()), 3, 0, 0, 0, 4, 0);
    assertThrows(TorchException.class, () -> Tensor.zeros(2, 2).inverse());
  }

  @Test
  void pointwiseFunctionsAndActivations() {
    assertNear(floats(2, -4).reciprocal(), 0.5, -0.25);
    assertNear(floats(4, 16).rsqrt(), 0.5, 0.25);
    assertNear(floats(-3, 0, 5).sign(), -1, 0, 1);
    assertNear(floats(1.2, -1.2).ceil(), 2, -1);
    assertNear(floats(1e-7).log1p().mul(1e7), 1);
    assertNear(floats(1e-7).expm1().mul(1e7), 1);
    assertNear(floats(0.5).erf(), 0.520499877813);
    assertNear(floats(0.5).tan(), Math.tan(0.5));
    assertNear(floats(1).atan2(floats(-1)), 3 * Math.PI / 4);
    assertNear(floats(7, -7).remainder(3), 1, 2);
    assertNear(floats(7, -7).floorDivide(2), 3, -4);
    assertNear(floats(1).lerp(floats(3), 0.25), 1.5);
    assertNear(floats(4, 2.25).sqrt(), 2, 1.5);
    assertNear(floats(2, 9).pow(floats(3, 0.5)), 8, 3);
    assertNear(floats(0, 1).sigmoid(), 0.5, 1 / (1 + Math.exp(-1)));
    assertNear(floats(1).silu(), 1 / (1 + Math.exp(-1)));
    assertNear(floats(-2, 2).leakyRelu(0.1), -0.2, 2);
    assertNear(floats(-1, 1).elu(), Math.expm1(-1), 1);
    assertNear(floats(1).softplus(), Math.log1p(Math.E));
    assertNear(floats(1, 2, 3).le(floats(2, 2, 2)), 1, 1, 0);
    assertNear(floats(1, 1, 0, 0).logicalAnd(floats(2, 0, 2, 0)), 1, 0, 0, 0);
    assertNear(floats(1, Double.NaN, Double.POSITIVE_INFINITY).isFinite(), 1, 0, 0);
    assertNear(floats(1, 2).isClose(floats(1.001, 3), 0.01, 0), 1, 0);
    assertTrue(floats(1).allClose(floats(1.001), 0.01, 0));
    assertFalse(floats(1).allClose(floats(1.1), 0.01, 0));
    assertTrue(floats(1, 2).equal(floats(1, 2)));
    assertFalse(floats(1, 2).equal(floats(1)));
  }

  @Test
  void reductionsAndSplits() {
    var x = floats(1, 2, 3, 4, 5, 6).reshape(2, 3);
    assertNear(x.prod(), 720);
    assertNear(x.prod(1), 6, 120);
    assertNear(x.var(new long[] {1}, true, false), 1, 1);
    assertNear(x.logSumExp(new long[] {0}, false), logSum(1, 4), logSum(2, 5), logSum(3, 6));
    assertNear(x.argmin(1), 0, 0);
    assertNear(x.median(), 3);
    assertNear(x.cumprod(1), 1, 2, 6, 4, 20, 120);
    assertNear(floats(0, 1, 2).countNonzero(), 2);
    assertEquals(List.of(2L, 1L), x.split(2, 1).stream().map(part -> part.size(1)).toList());
    assertNear(x.chunk(3, 1).get(2), 3, 6);
    assertNear(x.unbind(0).get(1), 4, 5, 6);
  }

  private static double logSum(double a, double b) {
    return Math.log(Math.exp(a) + Math.exp(b));
  }

  @Test
  void layersAndLosses() {
    var signal = floats(1, 2, 3, 4).reshape(1, 1, 4);
    assertNear(
        Functional.conv1d(signal, floats(1, 1).reshape(1, 1, 2), floats(0.5), 1, 0), 3.5, 5.5, 7.5);
    var pixel = floats(2).reshape(1, 1, 1, 1);
    assertNear(
        Functional.convTranspose2d(
            pixel, floats(1, 2, 3, 4).reshape(1, 1, 2, 2), null, Pair.of(2), Pair.of(0)),
        2,
        4,
        6,
        8);
    var image = floats(1, 2, 3, 4).reshape(1, 1, 2, 2);
    assertNear(Functional.adaptiveAvgPool2d(image, Pair.of(1)), 2.5);
    assertNear(Functional.groupNorm(floats(1, 3).reshape(1, 2, 1), 1, null, null, 0), -1, 1);
    var mean = floats(0);
    var variance = floats(1);
    assertNear(
        Functional.batchNorm(floats(1, 3).reshape(2, 1), null, null, mean, variance, true, 0.5, 0),
        -1,
        1);
    assertNear(mean, 1); // halfway from 0 to the batch's 2
    assertNear(Losses.l1(floats(1, 2), floats(2, 4)), 1.5);
    assertNear(Losses.smoothL1(floats(0, 0), floats(0.5, 3), 1), (0.125 + 2.5) / 2);
    assertNear(Losses.binaryCrossEntropyWithLogits(floats(0), floats(1)), Math.log(2));
    assertNear(Losses.nll(floats(-1, -2).reshape(1, 2), Tensor.of(new long[] {1}, 1)), 2);
    assertNear(
        Losses.klDivergence(floats(Math.log(0.5), Math.log(0.5)), floats(0.25, 0.75)),
        (0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)) / 2);
  }
}
