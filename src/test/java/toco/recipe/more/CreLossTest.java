package toco.recipe.more;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The published code takes float32 exponentials of projections. Where these leave float32's range,
/// its formula in float64 says what is right.
@TensorTest
class CreLossTest {
  private static final double TEMPERATURE = 0.1;
  private static final double EPS = 1e-4;

  /// Two classes with orthogonal tokens of length 2, and four patches: 0 and 1 are of class 1.
  private record Sample(Tensor tokens, Tensor patches, Tensor mask, Tensor labels) {
    /// @param toFirst projections of the patches on the first token, by the temperature
    /// @param toSecond the same on the second token
    static Sample of(float[] toFirst, float[] toSecond, float... labels) {
      var both = Arrays.copyOf(toFirst, 8);
      System.arraycopy(toSecond, 0, both, 4, 4);
      return new Sample(
          Tensor.of(new float[] {2, 0, 0.5f, 0, 2, 0.5f}, 1, 2, 3),
          Tensor.cat(List.of(Tensor.of(both, 1, 2, 4).mul(TEMPERATURE), Tensor.zeros(1, 1, 4)), 1)
              .reshape(1, 3, 2, 2),
          Tensor.of(new long[] {1, 1, 0, 255}, 1, 2, 2),
          Tensor.of(labels, 1, 2));
    }

    /// Loss and gradient of the tokens.
    Result loss() {
      var leaf = tokens.clone().requiresGrad_(true);
      var loss = CreLoss.of(leaf, patches, mask, labels, TEMPERATURE);
      loss.backward();
      return new Result(loss.item(), requireNonNull(leaf.grad()).toFloatArray());
    }

    /// The published formula in float64, of class 1.
    Result published() {
      var leaf = tokens.to(DType.FLOAT64).requiresGrad_(true);
      var unit = leaf.select(1, 0).div(leaf.select(1, 0).norm()); // [1, 3]
      var s = unit.matmul(patches.to(DType.FLOAT64).select(0, 0).flatten(1)).div(TEMPERATURE).exp();
      var perPatch = s.sum().add(EPS).log().sub(s.log()); // [1, 4], −log(s / (S + eps))
      var loss = perPatch.slice(1, 0, 2).sum().div(2 + EPS);
      loss.backward();
      return new Result(loss.item(), requireNonNull(leaf.grad()).to(DType.FLOAT32).toFloatArray());
    }
  }

  private record Result(double loss, float[] gradient) {
    void assertEqualTo(Result expected) {
      assertEquals(expected.loss, loss, 1e-4 * Math.max(1, Math.abs(expected.loss)));
      float largest = 0;
      for (float value : expected.gradient) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertArrayEquals(expected.gradient, gradient, 1e-6f + 1e-4f * largest);
    }
  }

  private static final float[] USUAL = {1, -2, 3, 0.5f};

  /// The reference itself: where float32 suffices, both agree.
  @Test
  void equalsThePublishedFormulaInItsRange() {
    var sample = Sample.of(USUAL, new float[] {0, 1, 2, -1}, 1, 0);
    sample.loss().assertEqualTo(sample.published());
  }

  /// exp(88.8) is infinite in float32.
  @ParameterizedTest
  @ValueSource(floats = {80, 90, 200, 500})
  void largeProjectionsOfAPresentClassAreExact(float projection) {
    for (int patch = 0; patch < 4; patch++) {
      var projections = USUAL.clone();
      projections[patch] = projection;
      var sample = Sample.of(projections, USUAL, 1, 0);
      sample.loss().assertEqualTo(sample.published());
    }
  }

  /// In the published code the gradient is NaN then, though the loss is right.
  @ParameterizedTest
  @ValueSource(floats = {90, 500, 3e30f, -90, -500, -3e30f})
  void anAbsentClassChangesNothing(float projection) {
    var sample = Sample.of(USUAL, new float[] {projection, 1, projection, -1}, 1, 0);
    var result = sample.loss();
    result.assertEqualTo(sample.published());
    assertArrayEquals(
        new float[3], Arrays.copyOfRange(result.gradient, 3, 6), "the absent class's token");
  }

  /// A term that has not started yet is multiplied by 0.
  @ParameterizedTest
  @ValueSource(floats = {90, 3e30f, -500})
  void aWeightOfZeroGivesZeroGradients(float projection) {
    var sample = Sample.of(new float[] {projection, 1, 2, 3}, USUAL, 1, 1);
    var leaf = sample.tokens.clone().requiresGrad_(true);
    CreLoss.of(leaf, sample.patches, sample.mask, sample.labels, TEMPERATURE).mul(0).backward();
    assertArrayEquals(new float[6], requireNonNull(leaf.grad()).toFloatArray());
  }

  /// exp(−104) and less of the sum is 0 in float32: −log would be infinite, of a patch with the
  /// label as of one without.
  @ParameterizedTest
  @ValueSource(floats = {-104, -150, -400})
  void aVanishingShareIsExact(float projection) {
    for (int patch = 0; patch < 4; patch++) {
      var projections = USUAL.clone();
      projections[patch] = projection;
      var sample = Sample.of(projections, USUAL, 1, 0);
      sample.loss().assertEqualTo(sample.published());
    }
  }

  /// Every exponential is 0: the published −log(1 / (1 + 0 + 1e-4)) for each patch.
  @Test
  void ifAllVanishThePublishedConstantCounts() {
    var result = Sample.of(new float[] {-110, -200, -3e30f, -150}, USUAL, 1, 0).loss();
    assertEquals(2 * Math.log1p(EPS) / (2 + EPS), result.loss, 1e-8);
    assertArrayEquals(new float[6], result.gradient);
  }

  @Test
  void aClassWithoutPatchesAndAnImageWithoutClassesGiveZero() {
    assertEquals(0, Sample.of(USUAL, USUAL, 0, 1).loss().loss);
    assertEquals(0, Sample.of(USUAL, USUAL, 0, 0).loss().loss);
  }

  @Test
  void theLossOfHalfPrecisionInputsIsComputedInFloat32() {
    var sample = Sample.of(new float[] {40, 20, 10, 5}, USUAL, 1, 0);
    var half =
        CreLoss.of(
            sample.tokens.to(DType.BFLOAT16),
            sample.patches.to(DType.BFLOAT16),
            sample.mask,
            sample.labels,
            TEMPERATURE);
    assertEquals(DType.FLOAT32, half.dtype());
    assertEquals(sample.loss().loss, half.item(), 0.05 * sample.loss().loss);
    assertTrue(half.item() > 0);
  }
}
