package toco.batch;

import toco.config.AugmentConfig;
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
  private static final int RESIZED_CROP_TRIES = 10;

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

  /// The output tensors of one sample: float32 [3, crop, crop] each, contiguous; overwritten.
  ///
  /// @param view1 the crop, which the network segments
  /// @param view2 the second global view, cut from the whole image
  /// @param localView the same crop, augmented separately, from which local crops are cut
  public record Views(Tensor view1, Tensor view2, Tensor localView) {}

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
    randomResizedCrop(image, second, view);
    finish(
        view,
        flipSecond,
        second,
        config.view2BlurProbability(),
        config.solarizeProbability(),
        views.view2());
    return box;
  }

  /// torchvision's RandomResizedCrop: draws an area and an aspect ratio until they fit, otherwise
  /// takes the largest central crop.
  private void randomResizedCrop(Tensor image, CounterRandom random, Tensor out) {
    var shape = image.shape();
    int height = (int) shape.size(0);
    int width = (int) shape.size(1);
    for (int i = 0; i < RESIZED_CROP_TRIES; i++) {
      double area =
          (double) height * width * random.uniform(config.view2ScaleMin(), config.view2ScaleMax());
      double ratio =
          Math.exp(
              random.uniform(Math.log(config.view2RatioMin()), Math.log(config.view2RatioMax())));
      int w = (int) Math.round(Math.sqrt(area * ratio));
      int h = (int) Math.round(Math.sqrt(area / ratio));
      if (w >= 1 && w <= width && h >= 1 && h <= height) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        Geometric.resizedCrop(image, top, left, h, w, out);
        return;
      }
    }
    double ratio =
        Math.clamp((double) width / height, config.view2RatioMin(), config.view2RatioMax());
    int w = Math.clamp(Math.round(height * ratio), 1, width);
    int h = Math.clamp(Math.round(width / ratio), 1, height);
    Geometric.resizedCrop(image, (height - h) / 2, (width - w) / 2, h, w, out);
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
    if (random.nextBoolean(config.jitterProbability())) {
      jitter(view, random);
    }
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

  /// Colour jitter: the four changes in random order; a change with spread 0 has no effect.
  private void jitter(Tensor view, CounterRandom random) {
    for (int change : random.permutation(4)) {
      switch (change) {
        case 0 -> Photometric.brightness_(view, around(random, config.brightness()));
        case 1 -> Photometric.contrast_(view, around(random, config.contrast()));
        case 2 -> Photometric.saturation_(view, around(random, config.saturation()));
        default -> {
          if (config.hue() > 0) { // the conversion to HSV and back is lossy
            Photometric.hue_(view, random.uniform(-config.hue(), config.hue()));
          }
        }
      }
    }
  }

  private static double around(CounterRandom random, double spread) {
    return random.uniform(1 - spread, 1 + spread);
  }
}
