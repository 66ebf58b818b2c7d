package toco.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.VitVariant.Resampling;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Laws of stored position embeddings on other grids, and of rotary ones. Values are golden cases.
@TensorTest
class PositionsTest {
  private static Tensor resampled(Tensor embedding, int prefix, long h, long w, Resampling rule) {
    return PositionEmbedding.resampleAbsPosEmbed(embedding, prefix, h, w, rule);
  }

  private static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  @ParameterizedTest
  @EnumSource
  void theStoredGridIsUnchanged(Resampling rule) {
    var stored = Tensor.randn(1, 1 + 36, 8);
    assertEquals(0, difference(stored, resampled(stored, 1, 6, 6, rule)));
  }

  /// As many patches in another shape are another grid.
  @ParameterizedTest
  @EnumSource
  void anEqualCountInAnotherShapeIsResampled(Resampling rule) {
    var stored = Tensor.randn(1, 36, 8);
    assertTrue(difference(stored, resampled(stored, 0, 4, 9, rule)) > 0.1);
  }

  /// The rows before the patches' stay, and a constant stays constant: all weights sum to 1.
  @ParameterizedTest
  @EnumSource
  void rowsOfTokensStayAndWeightsSumToOne(Resampling rule) {
    var rows = Tensor.randn(1, 2, 8);
    var stored = Tensor.cat(java.util.List.of(rows, Tensor.ones(1, 25, 8)), 1);
    var result = resampled(stored, 2, 3, 11, rule);
    assertArrayEquals(new long[] {1, 2 + 33, 8}, result.shape().sizes());
    assertEquals(0, difference(rows, result.slice(1, 0, 2)));
    assertTrue(difference(Tensor.ones(1, 33, 8), result.slice(1, 2, 35)) < 1e-6);
  }

  /// The published ToCo's rule is one call of `interpolate`, bit by bit.
  @Test
  void theRuleOfTheFirstRecipeIsInterpolate() {
    var stored = Tensor.randn(1, 1 + 25, 8);
    var grid = stored.slice(1, 1, 26).reshape(1, 5, 5, 8).permute(0, 3, 1, 2);
    var expected = grid.interpolate(4, 7, Interpolation.BICUBIC).flatten(2).transpose(1, 2);
    var result = PositionEmbedding.resampleAbsPosEmbed(stored, 1, 4, 7);
    assertEquals(0, difference(expected, result.slice(1, 1, 29)));
  }

  /// A rotation keeps lengths, and turns no token before the patches.
  @Test
  void rotatingKeepsLengthsAndThePrefix() {
    try (var rope = new RotaryEmbedding(16, 5, false)) {
      var heads = Tensor.randn(2, 5 + 6, 3, 16);
      var rotated = rope.of(2, 3, Device.CPU).rotate(heads);
      assertEquals(0, difference(heads.slice(1, 0, 5), rotated.slice(1, 0, 5)));
      assertTrue(difference(heads.slice(1, 5, 11), rotated.slice(1, 5, 11)) > 0.1);
      var last = new long[] {3};
      assertTrue(difference(heads.norm(last, false), rotated.norm(last, false)) < 1e-5);
    }
  }

  /// Grids beyond those that are kept get their tables too, and all are equal when asked again.
  @Test
  void anyNumberOfGridsIsRotated() {
    try (var rope = new RotaryEmbedding(8, 1, false)) {
      for (int round = 0; round < 2; round++) {
        for (int width = 1; width <= 20; width++) {
          var rotation = rope.of(1, width, Device.CPU);
          assertArrayEquals(new long[] {1 + width, 1, 8}, rotation.cos().shape().sizes());
          var centre = Math.cos(2 * Math.PI * (1.0 / width - 1)); // x of the first patch, period 1
          assertEquals(centre, rotation.cos().select(0, 1).select(0, 0).select(0, 2).item(), 1e-6);
        }
      }
    }
  }

  /// The publisher's files store periods in bfloat16: 8 bits of mantissa.
  @Test
  void periodsCanBeThePublishersRoundedOnes() {
    try (var exact = new RotaryEmbedding(64, 5, false);
        var rounded = new RotaryEmbedding(64, 5, true)) {
      assertEquals(Math.pow(100, 1.0 / 16), exact.periods()[1], 1e-12);
      assertEquals(1.3359375, rounded.periods()[1]); // 171 / 128
      for (int k = 0; k < 16; k++) {
        assertEquals(1, rounded.periods()[k] / exact.periods()[k], 1.0 / 256);
      }
    }
  }

  @Test
  void tablesAreFreedWithTheEmbedding() {
    var rope = new RotaryEmbedding(8, 1, false);
    var cos = rope.of(2, 2, Device.CPU).cos();
    rope.close();
    assertThrows(IllegalStateException.class, cos::shape);
  }
}
