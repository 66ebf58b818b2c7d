package toco.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.config.TrainConfig.Compat;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class AugmentationTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

  private static final int SIZE = 64;

  private static final Config DEFAULT =
      Config.defaults().with("augment.cropSizePx=64", "train.localCropSizePx=32");

  /// No colour change: the views have the pixels of the image.
  private static final Config PLAIN =
      DEFAULT.with(
          "augment.jitterProbability=0",
          "augment.grayscaleProbability=0",
          "augment.view1BlurProbability=0",
          "augment.localBlurProbability=0",
          "augment.scaleMax=1");

  /// The result for one sample; normalised views [3, 64, 64].
  private record Made(Tensor view1, Tensor view2, Tensor localView, ImageBox box) {}

  private static Made make(Config config, Compat compat, Tensor image, int epoch, int sample) {
    return make(config, compat, NORMALIZATION, image, epoch, sample);
  }

  private static Made make(
      Config config,
      Compat compat,
      Normalization normalization,
      Tensor image,
      int epoch,
      int sample) {
    try (var canvas = new Canvas(Device.CPU, SIZE)) {
      var views =
          new Augmentation.Views(
              Tensor.zeros(3, SIZE, SIZE),
              Tensor.zeros(3, SIZE, SIZE),
              Tensor.zeros(3, SIZE, SIZE));
      var box =
          new Augmentation(config.augment(), compat, normalization, 7)
              .apply(image, epoch, sample, canvas, views);
      return new Made(views.view1(), views.view2(), views.localView(), box);
    }
  }

  /// An image of pixels of at least 40, to distinguish them from the zeros of the padding.
  private static Tensor image(long height, long width) {
    return Tensor.randint(40, 256, height, width, 3).to(DType.UINT8);
  }

  private static boolean equal(Tensor a, Tensor b) {
    return Arrays.equals(a.toFloatArray(), b.toFloatArray());
  }

  @Test
  void equalKeysGiveEqualViewsAndOtherKeysOthers() {
    try (var _ = TensorScope.open()) {
      var image = image(50, 70);
      var once = make(DEFAULT, Compat.REFERENCE, image, 2, 5);
      var again = make(DEFAULT, Compat.REFERENCE, image, 2, 5);
      assertArrayEquals(once.view1().toFloatArray(), again.view1().toFloatArray());
      assertArrayEquals(once.view2().toFloatArray(), again.view2().toFloatArray());
      assertArrayEquals(once.localView().toFloatArray(), again.localView().toFloatArray());
      assertEquals(once.box(), again.box());
      assertFalse(equal(once.view1(), make(DEFAULT, Compat.REFERENCE, image, 2, 6).view1()));
      assertFalse(equal(once.view1(), make(DEFAULT, Compat.REFERENCE, image, 3, 5).view1()));
    }
  }

  /// Normalisation is the last step: the views are the same pixels in every encoder's values, and
  /// their padding is black.
  @Test
  void viewsDifferInTheirNormalisationOnly() {
    try (var _ = TensorScope.open()) {
      var image = image(50, 40);
      var clip = Normalization.of(PixelStatistics.CLIP);
      for (int sample = 0; sample < 5; sample++) {
        var usual = make(DEFAULT, Compat.REFERENCE, image, 0, sample);
        var made = make(DEFAULT, Compat.REFERENCE, clip, image, 0, sample);
        assertEquals(usual.box(), made.box());
        assertSamePixels(usual.view1(), made.view1(), clip);
        assertSamePixels(usual.view2(), made.view2(), clip);
        assertSamePixels(usual.localView(), made.localView(), clip);
      }
      var padded = make(PLAIN, Compat.REFERENCE, clip, image, 0, 0);
      assertEquals(0, clip.denormalize(padded.view1()).amin().item(), 1e-3);
    }
  }

  private static void assertSamePixels(Tensor usual, Tensor made, Normalization normalization) {
    assertFalse(equal(usual, made));
    var difference = NORMALIZATION.denormalize(usual).sub(normalization.denormalize(made));
    assertEquals(0, difference.abs().amax().item(), 1e-3);
  }

  /// More draws for one view do not change the others.
  @Test
  void eachViewDrawsFromItsOwnStream() {
    try (var _ = TensorScope.open()) {
      var image = image(80, 90);
      var usual = make(DEFAULT, Compat.REFERENCE, image, 0, 1);
      var changed =
          make(DEFAULT.with("augment.localBlurProbability=1"), Compat.REFERENCE, image, 0, 1);
      assertTrue(equal(usual.view1(), changed.view1()));
      assertTrue(equal(usual.view2(), changed.view2()));
      assertEquals(usual.box(), changed.box());
    }
  }

  /// With every view flipped, the published code leaves the box unchanged; `aligned` flips it, too.
  @Test
  void alignedMovesTheBoxWithTheFlipAndReferenceDoesNot() {
    try (var _ = TensorScope.open()) {
      var flipped = PLAIN.with("augment.viewFlipProbability=1");
      var image = image(50, 40);
      var reference = make(flipped, Compat.REFERENCE, image, 0, 3);
      var aligned = make(flipped, Compat.ALIGNED, image, 0, 3);
      assertEquals(reference.box().flipped(SIZE), aligned.box());
      assertTrue(boxFits(aligned));
      assertFalse(boxFits(reference));
    }
  }

  /// Positions of local crops are drawn on view 1 and cut from the local view: the published code
  /// flips the two independently, so for half of the samples (40 ± 4.5 of 80) they differ.
  @Test
  void alignedFlipsBothViewsEquallyAndReferenceOftenDoesNot() {
    try (var _ = TensorScope.open()) {
      var image = image(70, 80);
      assertEquals(80, equallyFlipped(Compat.ALIGNED, image));
      int inReference = equallyFlipped(Compat.REFERENCE, image);
      assertTrue(
          inReference > 20 && inReference < 60, "the same flip in " + inReference + " of 80");
    }
  }

  private static int equallyFlipped(Compat compat, Tensor image) {
    return (int)
        IntStream.range(0, 80)
            .mapToObj(sample -> make(PLAIN, compat, image, 0, sample))
            .filter(made -> equal(made.view1(), made.localView()))
            .count();
  }

  @Test
  void anImageSmallerThanTheCropIsPaddedAroundTheBox() {
    try (var _ = TensorScope.open()) {
      var noFlip = PLAIN.with("augment.viewFlipProbability=0");
      var image = image(30, 100);
      for (int sample = 0; sample < 20; sample++) {
        assertTrue(boxFits(make(noFlip, Compat.REFERENCE, image, 0, sample)), "sample " + sample);
      }
    }
  }

  /// No crop of a strip has an allowed aspect ratio: view 2 is then the largest central crop.
  @Test
  void aStripAlsoHasASecondView() {
    try (var _ = TensorScope.open()) {
      for (var image : new Tensor[] {image(2, 300), image(300, 2), image(1, 1)}) {
        var view2 = make(PLAIN, Compat.REFERENCE, image, 0, 0).view2();
        var levels = NORMALIZATION.denormalize(view2);
        assertTrue(levels.amin(new long[] {0, 1, 2}, false).item() > 0, () -> levels + " is black");
      }
    }
  }

  /// Whether the image fills the box and everything around it is black.
  private static boolean boxFits(Made made) {
    var box = made.box();
    var levels = NORMALIZATION.denormalize(made.view1()); // black is 0 within rounding
    var bright = levels.amin(new long[] {0}, false).gt(1); // [64, 64]
    long inBox = (long) (box.bottom() - box.top()) * (box.right() - box.left());
    var inside = bright.slice(0, box.top(), box.bottom()).slice(1, box.left(), box.right());
    return inside.sum().itemLong() == inBox && bright.sum().itemLong() == inBox;
  }
}
