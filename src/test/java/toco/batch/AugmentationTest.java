package toco.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.TrainConfig.Compat;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class AugmentationTest {
  /// Every pixel is at least 40, so that the padding's zeros can be told; no change of colour.
  private static final Config PLAIN =
      Config.defaults()
          .with(
              "augment.cropSizePx=64",
              "train.localCropSizePx=32",
              "augment.jitterProbability=0",
              "augment.grayscaleProbability=0",
              "augment.view1BlurProbability=0",
              "augment.localBlurProbability=0",
              "augment.scaleMax=1",
              "augment.viewFlipProbability=1");

  @Test
  void theSamePlaceGivesTheSameViewsAndAnotherOneOthers() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.rand(50, 70, 3).mul(256).to(DType.UINT8);
      var augmentation =
          new Augmentation(
              Config.defaults().with("augment.cropSizePx=64", "train.localCropSizePx=32").augment(),
              Compat.REFERENCE,
              7);
      var once = augmentation.apply(image, 2, 5);
      var again = augmentation.apply(image, 2, 5);
      var other = augmentation.apply(image, 2, 6);
      assertArrayEquals(once.view1().toFloatArray(), again.view1().toFloatArray());
      assertArrayEquals(once.view2().toFloatArray(), again.view2().toFloatArray());
      assertArrayEquals(once.local().toFloatArray(), again.local().toFloatArray());
      assertEquals(once.box(), again.box());
      assertFalse(Arrays.equals(once.view1().toFloatArray(), other.view1().toFloatArray()));
      assertArrayEquals(new long[] {64, 64, 3}, once.view2().shape().sizes());
    }
  }

  /// With every view flipped, the published code leaves the box where it was; `aligned` moves it
  /// along.
  @Test
  void alignedMovesTheBoxWithTheFlipAndReferenceDoesNot() {
    try (var _ = TensorScope.open()) {
      var image = Tensor.rand(50, 40, 3).mul(200).add(40).to(DType.UINT8);
      var reference = new Augmentation(PLAIN.augment(), Compat.REFERENCE, 1).apply(image, 0, 3);
      var aligned = new Augmentation(PLAIN.augment(), Compat.ALIGNED, 1).apply(image, 0, 3);
      assertEquals(reference.box().flipped(64), aligned.box());
      assertTrue(boxFits(aligned));
      assertFalse(boxFits(reference));
    }
  }

  @Test
  void anImageSmallerThanTheCropIsPaddedAndTheBoxSaysWhere() {
    try (var _ = TensorScope.open()) {
      var noFlip = PLAIN.with("augment.viewFlipProbability=0");
      var image = Tensor.rand(30, 100, 3).mul(200).add(40).to(DType.UINT8);
      for (int sample = 0; sample < 20; sample++) {
        assertTrue(
            boxFits(
                new Augmentation(noFlip.augment(), Compat.REFERENCE, 1).apply(image, 0, sample)),
            "sample " + sample);
      }
    }
  }

  /// Whether the picture fills the box and all around is black.
  private static boolean boxFits(Augmentation.Views views) {
    var box = views.box();
    var bright = views.view1().amin(new long[] {2}, false).gt(1); // [64, 64]
    long inBox = (long) (box.bottom() - box.top()) * (box.right() - box.left());
    var inside = bright.slice(0, box.top(), box.bottom()).slice(1, box.left(), box.right());
    return inside.sum().itemLong() == inBox && bright.sum().itemLong() == inBox;
  }
}
