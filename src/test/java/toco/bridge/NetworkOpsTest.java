package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorLaws;

/// Resizing, activations and layers, against their definitions.
class NetworkOpsTest extends TensorLaws {
  /// Float32 sums of a few terms of size 1.
  private static final double ROUNDING = 1e-6;

  @Test
  void interpolationToTheSameSizeIsTheIdentity() {
    var image = Tensor.rand(1, 2, 5, 4);
    for (var mode : Interpolation.values()) {
      assertArrayEquals(
          image.toFloatArray(), image.interpolate(5, 4, mode).toFloatArray(), 1e-6f, mode.name());
    }
  }

  @Test
  void constantImagesStayConstant() {
    var image = Tensor.full(3, DType.FLOAT32, Device.CPU, 1, 1, 6, 6);
    for (var mode : Interpolation.values()) {
      for (int size : new int[] {2, 9}) {
        var resized = image.interpolate(size, size, mode);
        assertShape(resized, 1, 1, size, size);
        assertEquals(3, resized.amin().item(), 1e-5, mode.name());
        assertEquals(3, resized.amax().item(), 1e-5, mode.name());
      }
    }
  }

  @Test
  void bilinearReadsBetweenPixelCentres() {
    var image = Tensor.of(new float[] {0, 4}, 1, 1, 1, 2);
    assertElements(image.interpolate(1, 4, Interpolation.BILINEAR), 0, 1, 3, 4);
    assertElements(image.interpolate(1, 4, Interpolation.NEAREST), 0, 0, 4, 4);
  }

  @Test
  void antialiasingAveragesWhenShrinking() {
    var stripes = Tensor.of(new float[] {0, 1, 0, 1, 0, 1, 0, 1}, 1, 1, 1, 8);
    var plain = stripes.interpolate(1, 2, Interpolation.BILINEAR);
    var smooth = stripes.interpolate(1, 2, Interpolation.BILINEAR_ANTIALIAS);
    assertElements(plain, 0.5, 0.5);
    assertEquals(1, smooth.sum().item(), 1e-5); // both ends have equal weight
    for (float value : smooth.toFloatArray()) {
      assertEquals(0.5, value, 0.05);
    }
  }

  @Test
  void linearIsAMatrixProductPlusBias() {
    var x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
    var weight = Tensor.of(new float[] {1, 0, 0, 1, 1, 1}, 3, 2);
    assertElements(Functional.linear(x, weight, floats(10, 20, 30)), 11, 22, 33, 13, 24, 37);
    assertElements(Functional.linear(x, weight, null), 1, 2, 3, 3, 4, 7);
  }

  @Test
  void convolutionIsASumOverItsWindow() {
    var image = Tensor.arange(0, 16, DType.FLOAT32, Device.CPU).view(1, 1, 4, 4);
    var box = Tensor.ones(1, 1, 3, 3);
    var one = Pair.of(1);
    var valid = Functional.conv2d(image, box, null, one, Pair.of(0), one, 1);
    assertElements(valid, 45, 54, 81, 90);
    assertShape(Functional.conv2d(image, box, null, one, one, one, 1), 1, 1, 4, 4);
    assertShape(
        Functional.conv2d(image, box, null, one, new Pair(2, 0), new Pair(2, 1), 1), 1, 1, 4, 2);
  }

  @Test
  void poolingTakesWindows() {
    var image = Tensor.arange(0, 16, DType.FLOAT32, Device.CPU).view(1, 1, 4, 4);
    var two = Pair.of(2);
    assertElements(Functional.maxPool2d(image, two, two, Pair.of(0)), 5, 7, 13, 15);
    assertElements(Functional.avgPool2d(image, two, two, Pair.of(0)), 2.5, 4.5, 10.5, 12.5);
  }

  @Test
  void layerNormHasMeanZeroAndVarianceOne() {
    var x = Tensor.rand(3, 50).mul(7).add(2);
    var normal = Functional.layerNorm(x, Tensor.ones(50), Tensor.zeros(50), 0);
    for (double mean : normal.mean(1).toDoubleArray()) {
      assertEquals(0, mean, 1e-5);
    }
    for (double variance : normal.square().mean(1).toDoubleArray()) {
      assertEquals(1, variance, 1e-4);
    }
  }

  @Test
  void softmaxSumsToOneAndIgnoresShifts() {
    var x = Tensor.randn(4, 7);
    var p = x.softmax(1);
    for (double sum : p.sum(1).toDoubleArray()) {
      assertEquals(1, sum, ROUNDING);
    }
    assertArrayEquals(p.toFloatArray(), x.add(100).softmax(1).toFloatArray(), 1e-5f);
    assertArrayEquals(p.toFloatArray(), x.logSoftmax(1).exp().toFloatArray(), 1e-6f);
  }

  @Test
  void attentionIsSoftmaxOfScaledProducts() {
    var q = Tensor.randn(2, 3, 5, 4);
    var k = Tensor.randn(2, 3, 5, 4);
    var v = Tensor.randn(2, 3, 5, 4);
    for (double scale : new double[] {Double.NaN, 0.3}) {
      double factor = Double.isNaN(scale) ? 0.5 : scale;
      var plain = q.matmul(k.transpose(2, 3)).mul(factor).softmax(3).matmul(v);
      assertArrayEquals(
          plain.toFloatArray(), Functional.attention(q, k, v, scale).toFloatArray(), 1e-5f);
    }
  }

  @Test
  void crossEntropyIsTheMeanNegativeLogProbability() {
    var logits = Tensor.of(new float[] {1, 2, 3, 0, 0, 0}, 2, 3);
    double first = -3 + Math.log(Math.exp(1) + Math.exp(2) + Math.exp(3));
    var target = Tensor.of(new long[] {2, 1});
    double expected = (first + Math.log(3)) / 2;
    assertEquals(expected, logits.crossEntropy(target, 255).item(), ROUNDING);
    var partlyIgnored = Tensor.of(new long[] {2, 255});
    assertEquals(first, logits.crossEntropy(partlyIgnored, 255).item(), ROUNDING);
  }

  @Test
  void normalizeGivesUnitVectorsAndLeavesZeros() {
    var unit = Tensor.of(new float[] {3, 4, 0, 0}, 2, 2).normalize(1, 1e-8);
    assertArrayEquals(new float[] {0.6f, 0.8f, 0, 0}, unit.toFloatArray(), 1e-7f);
  }

  @Test
  void mseAndEmbeddingFollowTheirDefinitions() {
    assertEquals(2.5, floats(1, 2).mseLoss(floats(0, 4)).item(), 0);
    var table = Tensor.of(new float[] {0, 1, 10, 11}, 2, 2);
    var index = Tensor.of(new long[] {1, 0, 1});
    assertElements(Functional.embedding(table, index), 10, 11, 0, 1, 10, 11);
  }
}
