package toco.batch;

import toco.config.AugmentConfig;
import toco.data.CounterRandom;
import toco.image.Photometric;
import toco.torch.Tensor;

/// Random changes of colour: brightness, contrast, saturation and hue in random order.
public final class ColorJitter {
  private ColorJitter() {}

  /// With `augment.jitterProbability`, changes an image in place. A change with spread 0 has no
  /// effect.
  ///
  /// @param image uint8 [H, W, 3], contiguous
  public static void apply_(Tensor image, AugmentConfig config, CounterRandom random) {
    if (!random.nextBoolean(config.jitterProbability())) {
      return;
    }
    for (int change : random.permutation(4)) {
      switch (change) {
        case 0 -> Photometric.brightness_(image, around(random, config.brightness()));
        case 1 -> Photometric.contrast_(image, around(random, config.contrast()));
        case 2 -> Photometric.saturation_(image, around(random, config.saturation()));
        default -> {
          if (config.hue() > 0) { // the conversion to HSV and back is lossy
            Photometric.hue_(image, random.uniform(-config.hue(), config.hue()));
          }
        }
      }
    }
  }

  private static double around(CounterRandom random, double spread) {
    return random.uniform(1 - spread, 1 + spread);
  }
}
