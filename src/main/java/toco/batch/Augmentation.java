package toco.batch;

import java.util.List;
import toco.config.AugmentConfig;
import toco.config.Config;
import toco.config.TrainConfig.Compat;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.image.Photometric;
import toco.torch.Tensor;

/// The three random views of a training image (METHOD "Training data").
///
/// Every draw comes from a generator keyed by (seed, epoch, sample, view), so a sample's views
/// depend neither on the number of workers nor on the order in which they finish. Immutable; safe
/// for use by several threads, each with its own [Canvas].
public final class Augmentation implements ViewSampler {
  private static final int GEOMETRY = 0;
  private static final int VIEW1 = 1;
  private static final int LOCAL = 2;
  private static final int VIEW2 = 3;
  private static final int SOLARIZE_THRESHOLD = 128;

  private final AugmentConfig config;
  private final Compat compat;
  private final Normalization normalization;
  private final long seed;

  /// @param normalization of the views, last
  public Augmentation(AugmentConfig config, Compat compat, Normalization normalization, long seed) {
    this.config = config;
    this.compat = compat;
    this.normalization = normalization;
    this.seed = seed;
  }

  /// The views that a configuration describes.
  public static Augmentation of(Config config) {
    return new Augmentation(
        config.augment(),
        config.train().compat(),
        Normalization.of(config.model().statistics()),
        config.run().seed());
  }

  /// The output tensors of one sample: float32 [3, crop, crop] each, contiguous; overwritten.
  ///
  /// @param view1 the crop, which the network segments
  /// @param view2 the second global view, cut from the whole image
  /// @param localView the same crop, augmented separately, from which local crops are cut
  public record Views(Tensor view1, Tensor view2, Tensor localView) {}

  @Override
  public ViewPlace place(int heightPx, int widthPx, int epoch, int sample) {
    var geometry = new CounterRandom(seed, epoch, sample, GEOMETRY);
    var place = RandomCrop.draw(geometry, config, heightPx, widthPx).place(heightPx, widthPx);
    var first = new CounterRandom(seed, epoch, sample, VIEW1);
    boolean flipFirst = first.nextBoolean(config.viewFlipProbability());
    return flipFirst ? place.mirrored(config.cropSizePx()) : place;
  }

  @Override
  public ImageBox apply(Tensor image, int epoch, int sample, Canvas canvas, Views views) {
    var geometry = new CounterRandom(seed, epoch, sample, GEOMETRY);
    var box =
        RandomCrop.draw(geometry, config, image.size(0), image.size(1)).apply(image, canvas.crop());
    var first = new CounterRandom(seed, epoch, sample, VIEW1);
    var local = new CounterRandom(seed, epoch, sample, LOCAL);
    var second = new CounterRandom(seed, epoch, sample, VIEW2);
    boolean flipFirst = first.nextBoolean(config.viewFlipProbability());
    boolean flipLocal = local.nextBoolean(config.viewFlipProbability());
    if (compat
        == Compat.ALIGNED) { // the published code flips each independently, and never the box
      flipLocal = flipFirst;
      box = flipFirst ? box.flipped(config.cropSizePx()) : box;
    }
    var view = canvas.view();
    view.copy_(canvas.crop());
    finish(view, flipFirst, first, config.view1BlurProbability(), 0, views.view1());
    view.copy_(canvas.crop());
    finish(view, flipLocal, local, config.localBlurProbability(), 0, views.localView());
    boolean flipSecond = second.nextBoolean(config.viewFlipProbability());
    var shape = image.shape();
    ResizedCrop.draw(second, config, (int) shape.size(0), (int) shape.size(1)).apply(image, view);
    finish(
        view,
        flipSecond,
        second,
        config.view2BlurProbability(),
        config.solarizeProbability(),
        views.view2());
    return box;
  }

  @Override
  public List<Shown> shown() {
    int crop = config.cropSizePx();
    return List.of(
        Shown.view1(
            "View 1",
            ("A random %s × %s px crop of the scaled image with colour augmentation. The network"
                    + " segments it. The frame is the image box; outside it is padding, black.")
                .formatted(crop, crop)),
        new Shown(
            "local",
            "Local view",
            "",
            "The same crop with another augmentation.",
            true,
            Views::localView),
        new Shown(
            "view2",
            "View 2",
            "a crop of the whole image",
            "A second crop, from the whole image. Views 1 and 2 are the global views, whose class"
                + " tokens those of the local crops are compared with.",
            false,
            Views::view2));
  }

  @Override
  public boolean boxMayBeMirrored() {
    return compat == Compat.REFERENCE && config.viewFlipProbability() > 0;
  }

  /// Flip and colour changes, in place, then normalisation into `out`.
  private void finish(
      Tensor view,
      boolean flip,
      CounterRandom random,
      double blurProbability,
      double solarizeProbability,
      Tensor out) {
    if (flip) {
      Geometric.flip_(view);
    }
    ColorJitter.apply_(view, config, random);
    if (random.nextBoolean(config.grayscaleProbability())) {
      Photometric.grayscale_(view);
    }
    if (random.nextBoolean(blurProbability)) {
      Photometric.gaussianBlur_(
          view, random.uniform(config.blurRadiusMin(), config.blurRadiusMax()));
    }
    if (random.nextBoolean(solarizeProbability)) {
      Photometric.solarize_(view, SOLARIZE_THRESHOLD);
    }
    normalization.normalize(view, out);
  }
}
