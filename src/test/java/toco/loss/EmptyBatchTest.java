package toco.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// Losses and gradients are finite where a batch has nothing to compare: one class, no class, no
/// pixel, only positives or only negatives.
@TensorTest
class EmptyBatchTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

  private static double finiteLoss(Tensor input, Function<Tensor, Tensor> loss) {
    var leaf = input.requiresGrad_(true);
    var value = loss.apply(leaf);
    value.backward();
    for (float slope : leaf.grad().toFloatArray()) {
      assertTrue(Float.isFinite(slope), "gradient " + slope);
    }
    assertTrue(Double.isFinite(value.item()), "loss " + value.item());
    return value.item();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneClassThatIsInAllImagesOrInNone(int present) {
    var labels = Tensor.full(present, DType.FLOAT32, Device.CPU, 3, 1);
    double loss = finiteLoss(Tensor.zeros(3, 1), logits -> ClassLoss.of(logits, labels));
    assertEquals(Math.log(2), loss, 1e-6);
  }

  /// Without pairs both means are 0, and the loss is that of dissimilar equals: ½ · (1 − 0) + 0.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255})
  void patchesThatAreAllAlikeAllDifferentOrAllIgnored(int affinity) {
    Rng.manualSeed(5);
    var pairs = Tensor.full(affinity, DType.INT64, Device.CPU, 1, 4, 4);
    double loss = finiteLoss(Tensor.randn(1, 6, 2, 2), features -> PtcLoss.of(features, pairs));
    if (affinity == 255) {
      assertEquals(0.5, loss, 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void viewsThatAreAllPositiveOrAllNegative(int flag) {
    Rng.manualSeed(5);
    var flags = Tensor.full(flag, DType.FLOAT32, Device.CPU, 1, 4);
    var teacher = Tensor.randn(2, 6).normalize(-1, 1e-8);
    finiteLoss(
        Tensor.randn(4, 6),
        student -> CtcLoss.of(teacher, student.normalize(-1, 1e-8), flags, 0.5));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255})
  void aSegmentationOfOneKindOfPixels(int label) {
    Rng.manualSeed(5);
    var labels = Tensor.full(label, DType.INT64, Device.CPU, 1, 8, 8);
    var images = Tensor.randn(1, 3, 8, 8);
    var config = Config.defaults().loss();
    finiteLoss(Tensor.randn(1, 2, 8, 8), logits -> SegLoss.of(logits, labels).value());
    finiteLoss(
        Tensor.randn(1, 2, 8, 8),
        logits ->
            EnergyLoss.of(
                images, NORMALIZATION, logits, labels, List.of(ImageBox.full(8, 8)), config));
  }

  /// A crop that only padding fills.
  @Test
  void anImageOutsideTheCropHasNoEnergy() {
    Rng.manualSeed(5);
    var labels = Tensor.full(255, DType.INT64, Device.CPU, 1, 8, 8);
    double loss =
        finiteLoss(
            Tensor.randn(1, 2, 8, 8),
            logits ->
                EnergyLoss.of(
                    Tensor.randn(1, 3, 8, 8),
                    NORMALIZATION,
                    logits,
                    labels,
                    List.of(new ImageBox(0, 0, 0, 0)),
                    Config.defaults().loss()));
    assertEquals(0, loss, 1e-9);
  }
}
