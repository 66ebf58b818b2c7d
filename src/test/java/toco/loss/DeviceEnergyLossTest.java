package toco.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// The dense energy loss on an accelerator, where its filter is made of operators.
@TensorTest
@OnAccelerator
class DeviceEnergyLossTest {
  /// Within 1e-3, as on the CPU.
  @Test
  void thePublishedValuesAndGradients() {
    EnergyLossTest.publishedFiguresCome(TestAccelerator.device());
  }

  /// Forwards and backwards.
  @Test
  void nothingWaitsForTheDevice() {
    var device = StandIn.device(0);
    Rng.manualSeed(5);
    var images = Tensor.randn(2, 3, 256, 256).to(device);
    var logits = Tensor.randn(2, 3, 256, 256).to(device).requiresGrad_(true);
    var labels = Tensor.randint(0, 3, 2, 256, 256).to(device);
    var boxes = List.of(ImageBox.full(256, 256), new ImageBox(0, 100, 20, 256));
    var config = Config.defaults().with("loss.energyScaleFactor=0.125").loss();
    var normalization = Normalization.of(PixelStatistics.IMAGENET);
    StandIn.reset();
    EnergyLoss.of(images, normalization, logits, labels, boxes, config).backward();
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
