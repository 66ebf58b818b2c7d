package toco.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.config.TrainConfig.Compat;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.recipe.cosa.WeakStrongViews;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// The views of samples on an accelerator, whatever their draws.
@TensorTest
@OnAccelerator
class DeviceAugmentationTest {
  private static final int SIZE = 64;
  private static final double MOST = TestAccelerator.hasGpu() ? 10.01 : 5.01; // levels
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);
  private static final Config CONFIG =
      Config.defaults()
          .with(
              "augment.cropSizePx=64",
              "train.localCropSizePx=32",
              "augment.grayscaleProbability=0.3",
              "augment.solarizeProbability=0.5",
              "augment.hue=0");

  private final Device device = TestAccelerator.device();

  private record Made(List<Tensor> views, ImageBox box) {}

  private static Made make(ViewSampler sampler, Tensor image, int sample, Device device) {
    try (var canvas = new Canvas(device, SIZE)) {
      var views = new ArrayList<Tensor>();
      for (int i = 0; i < 3; i++) {
        views.add(Tensor.full(0, DType.FLOAT32, device, 3, SIZE, SIZE));
      }
      var out = new Augmentation.Views(views.get(0), views.get(1), views.get(2));
      return new Made(views, sampler.apply(image, 1, sample, canvas, out));
    }
  }

  private static List<ViewSampler> samplers() {
    return List.of(
        new Augmentation(CONFIG.augment(), Compat.REFERENCE, NORMALIZATION, 7),
        new Augmentation(CONFIG.augment(), Compat.ALIGNED, NORMALIZATION, 7),
        new WeakStrongViews(CONFIG.augment(), CONFIG.cosa(), NORMALIZATION, 7));
  }

  /// A smooth image, as photographs are: of noise, a level more before a step that depends on a
  /// threshold would be a different colour after it.
  private static Tensor image() {
    return Tensor.rand(1, 3, 5, 6)
        .mul(255)
        .interpolate(60, 70, Interpolation.BILINEAR)
        .squeeze(0)
        .permute(1, 2, 0)
        .to(DType.UINT8)
        .contiguous();
  }

  /// Levels differ by one here and there, or two on a GPU, of which the changes of colour make at
  /// most 5, or 10. A tone curve of the strong view may part two levels further.
  @Test
  void allViewsAreTheCpusWithinRounding() {
    Rng.manualSeed(3);
    var image = image();
    for (var sampler : samplers()) {
      for (int sample = 0; sample < 12; sample++) {
        var expected = make(sampler, image, sample, Device.CPU);
        var there = make(sampler, image.to(device), sample, device);
        assertEquals(expected.box(), there.box());
        for (int view = 0; view < 3; view++) {
          var levels = NORMALIZATION.denormalize(expected.views().get(view));
          var near = NORMALIZATION.denormalize(there.views().get(view)).to(Device.CPU);
          assertSimilar(near.sub(levels).abs(), sampler instanceof WeakStrongViews && view == 0);
        }
      }
    }
  }

  private static void assertSimilar(Tensor difference, boolean hasToneCurve) {
    double mean = difference.mean().item();
    double most = difference.amax().item();
    assertTrue(
        mean < 0.6 && (hasToneCurve || most < MOST),
        () -> "mean %s, most %s".formatted(mean, most));
  }

  /// The same view twice: nothing depends on what the memory held before.
  @Test
  void theSameKeysGiveTheSameViews() {
    Rng.manualSeed(3);
    var image = image().to(device);
    for (var sampler : samplers()) {
      var once = make(sampler, image, 5, device);
      var again = make(sampler, image, 5, device);
      for (int view = 0; view < 3; view++) {
        assertArrayEquals(
            once.views().get(view).toFloatArray(), again.views().get(view).toFloatArray());
      }
    }
  }

  @Test
  void noDrawWaitsForTheDevice() {
    StandIn.device(0);
    var image = image().to(device);
    StandIn.reset();
    for (var sampler : samplers()) {
      for (int sample = 0; sample < 40; sample++) {
        make(sampler, image, sample, device);
      }
    }
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
