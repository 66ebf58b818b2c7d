package toco.recipe.cosa;

import java.util.List;
import toco.batch.Augmentation;
import toco.batch.Canvas;
import toco.batch.ViewPlace;
import toco.batch.ViewSampler;
import toco.config.AugmentConfig;
import toco.config.CosaConfig;
import toco.data.CounterRandom;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.torch.Tensor;

/// CoSA's views of a sample: view 1 is the strong one, which the trained network sees, and view 2
/// the weak one, which the teacher labels. The local view is not used.
///
/// @param augment geometry of the crop and radius of the blur
/// @param cosa probability of the blur
/// @param normalization of both views
/// @param seed the run's seed
public record WeakStrongViews(
    AugmentConfig augment, CosaConfig cosa, Normalization normalization, long seed)
    implements ViewSampler {
  private static final int STREAM = 0;

  @Override
  public ViewPlace place(int heightPx, int widthPx, int epoch, int sample) {
    var random = new CounterRandom(seed, epoch, sample, STREAM);
    return ViewPair.draw(random, augment, cosa, heightPx, widthPx).crop().place(heightPx, widthPx);
  }

  @Override
  public ImageBox apply(
      Tensor image, int epoch, int sample, Canvas canvas, Augmentation.Views views) {
    var random = new CounterRandom(seed, epoch, sample, STREAM);
    return ViewPair.draw(random, augment, cosa, image.size(0), image.size(1))
        .apply(image, canvas, normalization, views.view2(), views.view1());
  }

  @Override
  public List<Shown> shown() {
    int crop = augment.cropSizePx();
    return List.of(
        Shown.view1(
            "Strong view",
            "The weak view after one of nine operations on its colours or its sharpness. The"
                + " trained network sees it. The frame is the image box; outside it is padding,"
                + " black before the operation."),
        new Shown(
            "view2",
            "Weak view",
            "the same crop, as the teacher sees it",
            ("A random %s × %s px crop of the scaled image, which may be blurred. The teacher"
                    + " labels it; its labels are the strong view's, too.")
                .formatted(crop, crop),
            false,
            Augmentation.Views::view2));
  }
}
