package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.batch.Augmentation.Views;
import toco.batch.Canvas;
import toco.batch.ColorJitter;
import toco.batch.RandomCrop;
import toco.batch.ResizedCrop;
import toco.config.Config;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class MoreViewsTest {
  private static final int SIZE = 32;
  private static final int SAMPLES = 60;

  private static final Config CONFIG =
      Config.parse(
          "recipe: more",
          "test",
          List.of("augment.cropSizePx=32", "cam.scales=[1]", "more.ureWeight=0"));

  private static final Config PADDED =
      CONFIG.with("augment.crop=padded", "augment.jitterProbability=1");

  private static Tensor image(long height, long width) {
    return Tensor.randint(40, 256, height, width, 3).to(DType.UINT8);
  }

  /// The pixels of view 1, float32 [3, 32, 32], 0–255 up to rounding.
  private static Tensor view(Config config, Tensor image, int sample) {
    try (var canvas = new Canvas(Device.CPU, SIZE)) {
      var views =
          new Views(
              Tensor.zeros(3, SIZE, SIZE),
              Tensor.full(7, DType.FLOAT32, Device.CPU, 3, SIZE, SIZE),
              Tensor.full(8, DType.FLOAT32, Device.CPU, 3, SIZE, SIZE));
      var box = MoreViews.of(config).apply(image, 2, sample, canvas, views);
      assertEquals(ImageBox.full(SIZE, SIZE), box);
      assertEquals(7, views.view2().amin().item());
      assertEquals(7, views.view2().amax().item());
      assertEquals(8, views.localView().amin().item());
      return Normalization.of(config.model().statistics()).denormalize(views.view1());
    }
  }

  private static CounterRandom stream(int sample, int number) {
    return new CounterRandom(CONFIG.run().seed(), 2, sample, number);
  }

  private static Tensor canvas() {
    return Tensor.full(0, DType.UINT8, Device.CPU, SIZE, SIZE, 3);
  }

  private static void assertPixels(Tensor expected, Tensor view, String what) {
    var pixels = expected.to(DType.FLOAT32).permute(2, 0, 1);
    assertEquals(0, pixels.sub(view).abs().amax().item(), 1e-2, what);
  }

  private static float[] levels(Tensor image) {
    return image.to(DType.FLOAT32).toFloatArray();
  }

  /// VOC: crop of the image, flip, jitter of the crop.
  @Test
  void aResizedCropIsFlippedThenJittered() {
    var image = image(50, 70);
    int flips = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      var expected = canvas();
      var geometry = stream(sample, 0);
      ResizedCrop.draw(geometry, CONFIG.augment(), 50, 70).apply(image, expected);
      if (geometry.nextBoolean(0.5)) {
        Geometric.flip_(expected);
        flips++;
      }
      ColorJitter.apply_(expected, CONFIG.augment(), stream(sample, 1));
      assertPixels(expected, view(CONFIG, image, sample), "sample " + sample);
    }
    assertTrue(flips > 15 && flips < 45, "flips " + flips); // 30 ± 4 of 60
  }

  /// COCO: jitter of the whole image, which leaves the padding black.
  @Test
  void aPaddedCropIsOfTheJitteredImage() {
    var image = image(20, 70);
    var before = image.clone();
    for (int sample = 0; sample < 10; sample++) {
      var jittered = image.clone();
      ColorJitter.apply_(jittered, PADDED.augment(), stream(sample, 1));
      assertFalse(Arrays.equals(levels(before), levels(jittered)));
      var expected = canvas();
      RandomCrop.draw(stream(sample, 0), PADDED.augment(), 20, 70).apply(jittered, expected);
      var view = view(PADDED, image, sample);
      assertPixels(expected, view, "sample " + sample);
      assertEquals(0, view.amin().item(), 1e-3, "black padding");
    }
    assertArrayEquals(levels(before), levels(image)); // stays the caller's
  }

  /// Shares of the area and ratios are within the configured bounds, up to whole pixels, and reach
  /// them.
  @Test
  void areaAndRatioOfAResizedCrop() {
    double leastShare = 1;
    double mostShare = 0;
    for (int sample = 0; sample < 400; sample++) {
      var crop = ResizedCrop.draw(stream(sample, 0), CONFIG.augment(), 500, 400);
      double share = (double) crop.heightPx() * crop.widthPx() / (500 * 400);
      double ratio = (double) crop.widthPx() / crop.heightPx();
      assertTrue(share > 0.318 && share <= 1, "share " + share);
      assertTrue(ratio > 0.745 && ratio < 1.34, "ratio " + ratio);
      assertTrue(crop.top() >= 0 && crop.top() + crop.heightPx() <= 500, crop.toString());
      assertTrue(crop.left() >= 0 && crop.left() + crop.widthPx() <= 400, crop.toString());
      leastShare = Math.min(leastShare, share);
      mostShare = Math.max(mostShare, share);
    }
    assertTrue(leastShare < 0.36 && mostShare > 0.9, leastShare + " to " + mostShare);
    // where nothing fits, the largest central crop
    var narrow = ResizedCrop.draw(stream(0, 0), CONFIG.augment(), 900, 30);
    assertEquals(new ResizedCrop(430, 0, 40, 30), narrow);
  }
}
