package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import toco.batch.Augmentation;
import toco.batch.Canvas;
import toco.batch.RandomCrop;
import toco.config.Config;
import toco.data.CounterRandom;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class TocoViewsTest {
  /// The box is that of the crop that the sample's geometry draws.
  @Test
  void theBoxIsThatOfTheCrop() {
    var config = Config.defaults().with("augment.cropSizePx=64", "train.localCropSizePx=16");
    var image = Tensor.full(128, DType.UINT8, Device.CPU, 90, 50, 3);
    for (int sample = 0; sample < 4; sample++) {
      try (var canvas = new Canvas(Device.CPU, 64);
          var other = new Canvas(Device.CPU, 64)) {
        var views = new Augmentation.Views(view(), view(), view());
        var box = new TocoRecipe(config).views().apply(image, 3, sample, canvas, views);
        var random = new CounterRandom(config.run().seed(), 3, sample, 0);
        var crop = RandomCrop.draw(random, config.augment(), 90, 50);
        assertEquals(crop.apply(image, other.crop()), box);
      }
    }
  }

  private static Tensor view() {
    return Tensor.zeros(3, 64, 64);
  }
}
