package toco.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.image.Resources;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The CPU's figures are among the golden cases of ParityTest.
class EnergyLossTest {
  private static final double WEIGHT = 1e-7;

  @Test
  void theCpuGivesThePublishedFigures() {
    publishedFiguresCome(Device.CPU);
  }

  static void publishedFiguresCome(Device device) {
    try (var _ = TensorScope.open()) {
      var golden = SafeTensors.read(Resources.path("golden/energy_loss.safetensors")).tensors();
      var config = Config.defaults().with("loss.energyWeight=" + WEIGHT).loss();
      var logits = golden.get("in.logits").to(device).detach().requiresGrad_(true);
      var loss =
          EnergyLoss.of(
              golden.get("in.images").to(device),
              Normalization.of(PixelStatistics.IMAGENET),
              logits,
              golden.get("in.label").to(device),
              boxes(golden.get("in.img_box").toLongArray()),
              config);
      loss.backward();
      double expected = golden.get("out.loss_over_weight").item();
      assertEquals(expected, loss.detach().item() / WEIGHT, 1e-3 * Math.abs(expected));
      var gradient = logits.grad();
      assertNotNull(gradient);
      var expectedGradient = golden.get("out.grad_logits_over_weight");
      double largest = expectedGradient.abs().amax().item();
      double error = gradient.to(Device.CPU).div(WEIGHT).sub(expectedGradient).abs().amax().item();
      assertEquals(0, error / largest, 1e-3);
    }
  }

  /// The loss compares colours of the image itself, whatever its encoder's statistics are.
  @Test
  void theSameImageHasTheSameLossInEveryNormalisation() {
    try (var _ = TensorScope.open()) {
      Rng.manualSeed(5);
      var levels = Tensor.rand(2, 3, 32, 32).mul(255);
      var logits = Tensor.randn(2, 3, 32, 32);
      var labels = Tensor.randint(0, 3, 2, 32, 32);
      double expected =
          loss(levels, PixelStatistics.IMAGENET, PixelStatistics.IMAGENET, logits, labels);
      for (var own : List.of(PixelStatistics.CLIP, PixelStatistics.HALF)) {
        double given = loss(levels, own, own, logits, labels);
        assertEquals(expected, given, 1e-4 * Math.abs(expected));
        double wrong = loss(levels, own, PixelStatistics.IMAGENET, logits, labels);
        assertTrue(Math.abs(wrong - expected) > 1e-3 * Math.abs(expected));
      }
    }
  }

  private static double loss(
      Tensor levels,
      PixelStatistics trained,
      PixelStatistics assumed,
      Tensor logits,
      Tensor labels) {
    var images = Normalization.of(trained).normalize(levels);
    var boxes = List.of(ImageBox.full(32, 32), ImageBox.full(32, 32));
    var config = Config.defaults().loss();
    return EnergyLoss.of(images, Normalization.of(assumed), logits, labels, boxes, config).item();
  }

  private static List<ImageBox> boxes(long[] corners) {
    var boxes = new ArrayList<ImageBox>();
    for (int i = 0; i < corners.length; i += 4) {
      boxes.add(
          new ImageBox(
              (int) corners[i], (int) corners[i + 1], (int) corners[i + 2], (int) corners[i + 3]));
    }
    return boxes;
  }
}
