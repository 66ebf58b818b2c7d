package toco.image;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import toco.config.PixelStatistics;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class NormalizationTest {
  private static final float[] PUBLISHED_MEAN = {123.675f, 116.28f, 103.53f};
  private static final float[] PUBLISHED_STD = {58.395f, 57.12f, 57.375f};

  static Stream<PixelStatistics> encoders() {
    return Stream.of(
        PixelStatistics.IMAGENET,
        PixelStatistics.CLIP,
        PixelStatistics.HALF,
        new PixelStatistics(List.of(0.43, 0.411, 0.296), List.of(0.213, 0.156, 0.143)));
  }

  /// All levels in each channel, float [3, 16, 16].
  private static Tensor levels() {
    return Tensor.arange(0, 256, DType.FLOAT32, Device.CPU)
        .reshape(1, 16, 16)
        .expand(3, -1, -1)
        .contiguous();
  }

  private static Tensor pixels(Tensor levels) {
    return levels.permute(1, 2, 0).to(DType.UINT8).contiguous(); // [H, W, 3]
  }

  /// The published code has these constants in levels; ours are computed from shares of 255, and
  /// must be the same floats, or every result would change in its last bits.
  @Test
  void imageNetsConstantsAreThePublishedFloats() {
    var imageNet = Normalization.of(PixelStatistics.IMAGENET);
    assertEquals("123.675 116.28 103.53%n58.395 57.12 57.375%n".formatted(), imageNet.describe());
    var levels = levels();
    var expected =
        levels.sub(Tensor.of(PUBLISHED_MEAN, 3, 1, 1)).div(Tensor.of(PUBLISHED_STD, 3, 1, 1));
    assertArrayEquals(expected.toFloatArray(), imageNet.normalize(levels).toFloatArray());
    var back =
        expected.mul(Tensor.of(PUBLISHED_STD, 3, 1, 1)).add(Tensor.of(PUBLISHED_MEAN, 3, 1, 1));
    assertArrayEquals(back.toFloatArray(), imageNet.denormalize(expected).toFloatArray());
  }

  /// Floats near 255 are 1.5e-5 apart, and the way there and back rounds a few times.
  @ParameterizedTest
  @MethodSource("encoders")
  void denormalizingGivesTheLevelsBack(PixelStatistics statistics) {
    var normalization = Normalization.of(statistics);
    var levels = levels();
    var normalized = normalization.normalize(levels);
    assertTrue(normalization.denormalize(normalized).sub(levels).abs().amax().item() < 1e-3);
    var picture = normalization.picture(normalized);
    assertArrayEquals(bytes(pixels(levels)), picture.pixels().toArray(JAVA_BYTE));
    for (int c = 0; c < 3; c++) {
      var channel = normalization.normalizeChannel(levels.slice(0, c, c + 1L), c);
      assertArrayEquals(normalized.slice(0, c, c + 1L).toFloatArray(), channel.toFloatArray());
    }
  }

  /// What networks are published with: (level / 255 − mean) / std.
  @ParameterizedTest
  @MethodSource("encoders")
  void valuesAreThePublishersOnTheLoadersPathToo(PixelStatistics statistics) {
    var levels = levels();
    var normalization = Normalization.of(statistics);
    var loaded = Tensor.zeros(3, 16, 16);
    normalization.normalize(pixels(levels), loaded);
    var other = normalization.normalize(levels);
    for (int c = 0; c < 3; c++) {
      for (int level : new int[] {0, 1, 127, 255}) {
        double expected = (level / 255.0 - statistics.mean().get(c)) / statistics.std().get(c);
        assertEquals(expected, at(loaded, c, level), 1e-6 * Math.max(1, Math.abs(expected)));
        assertEquals(expected, at(other, c, level), 1e-6 * Math.max(1, Math.abs(expected)));
      }
    }
  }

  /// Refinement sees the same image whatever the encoder's statistics are: half a level keeps the
  /// truncation from depending on rounding.
  @ParameterizedTest
  @MethodSource("encoders")
  void refinementSeesTheSameImage(PixelStatistics statistics) {
    var levels = levels().add(0.5);
    var normalization = Normalization.of(statistics);
    assertArrayEquals(
        levels().div(255).toFloatArray(),
        normalization.denormalizeToUnit(normalization.normalize(levels)).toFloatArray());
  }

  private static double at(Tensor image, int channel, int level) {
    return image.select(0, channel).flatten(0).select(0, level).item();
  }

  private static byte[] bytes(Tensor image) {
    return image.segment().toArray(JAVA_BYTE);
  }
}
