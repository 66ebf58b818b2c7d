package toco.batch;

import toco.config.AugmentConfig;
import toco.config.TrainConfig.Compat;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.image.Photometric;
import toco.torch.Tensor;

/// The three random views of a training image (METHOD "Training data").
///
/// Every draw comes from a generator keyed by (seed, epoch, sample, view), so a sample's views
/// depend neither on the number of workers nor on the order in which they finish.
public final class Augmentation {
  private static final int GEOMETRY = 0;
  private static final int VIEW1 = 1;
  private static final int LOCAL = 2;
  private static final int VIEW2 = 3;
  private static final double SOLARIZE_THRESHOLD = 128;
  private static final int RESIZED_CROP_TRIES = 10;

  private final AugmentConfig config;
  private final Compat compat;
  private final long seed;

  public Augmentation(AugmentConfig config, Compat compat, long seed) {
    this.config = config;
    this.compat = compat;
    this.seed = seed;
  }

  /// The views of one sample, float [3, crop, crop], levels 0–255, and where the picture lies in
  /// the first.
  public record Views(Tensor view1, Tensor view2, Tensor local, ImageBox box) {}

  /// Draws the views of one sample.
  ///
  /// @param image the whole image, float [3, H, W], levels 0–255
  public Views apply(Tensor image, int epoch, int sample) {
    var geometry = new CounterRandom(seed, epoch, sample, GEOMETRY);
    var crop = crop(image, geometry);
    var first = new CounterRandom(seed, epoch, sample, VIEW1);
    var local = new CounterRandom(seed, epoch, sample, LOCAL);
    var second = new CounterRandom(seed, epoch, sample, VIEW2);
    boolean flipFirst = first.nextBoolean(config.viewFlipProbability());
    boolean flipLocal = local.nextBoolean(config.viewFlipProbability());
    var box = crop.box();
    if (compat == Compat.ALIGNED) { // the published code mirrors each by itself, and never the box
      flipLocal = flipFirst;
      box = flipFirst ? box.flipped(config.cropSizePx()) : box;
    }
    var view1 =
        photometric(flipIf(flipFirst, crop.image()), first, config.view1BlurProbability(), 0);
    var localView =
        photometric(flipIf(flipLocal, crop.image()), local, config.localBlurProbability(), 0);
    var cut =
        flipIf(second.nextBoolean(config.viewFlipProbability()), randomResizedCrop(image, second));
    var view2 =
        photometric(cut, second, config.view2BlurProbability(), config.solarizeProbability());
    return new Views(view1, view2, localView, box);
  }

  /// Random scale, flip, padding and crop.
  private Geometric.Crop crop(Tensor image, CounterRandom random) {
    double scale = random.uniform(config.scaleMin(), config.scaleMax());
    int height = Math.max(1, (int) (image.size(1) * scale));
    int width = Math.max(1, (int) (image.size(2) * scale));
    int size = config.cropSizePx();
    var scaled =
        flipIf(
            random.nextBoolean(config.flipProbability()), Geometric.resize(image, height, width));
    int canvasHeight = Math.max(size, height);
    int canvasWidth = Math.max(size, width);
    return Geometric.padAndCrop(
        scaled,
        random.nextInt(canvasHeight - height + 1),
        random.nextInt(canvasWidth - width + 1),
        random.nextInt(canvasHeight - size + 1),
        random.nextInt(canvasWidth - size + 1),
        size);
  }

  /// torchvision's RandomResizedCrop: an area and an aspect ratio drawn until they fit, else the
  /// largest middle part.
  private Tensor randomResizedCrop(Tensor image, CounterRandom random) {
    long height = image.size(1);
    long width = image.size(2);
    int size = config.cropSizePx();
    for (int i = 0; i < RESIZED_CROP_TRIES; i++) {
      double area = height * width * random.uniform(config.view2ScaleMin(), config.view2ScaleMax());
      double ratio =
          Math.exp(
              random.uniform(Math.log(config.view2RatioMin()), Math.log(config.view2RatioMax())));
      long w = Math.round(Math.sqrt(area * ratio));
      long h = Math.round(Math.sqrt(area / ratio));
      if (w >= 1 && w <= width && h >= 1 && h <= height) {
        long top = random.nextInt((int) (height - h) + 1);
        long left = random.nextInt((int) (width - w) + 1);
        return Geometric.resizedCrop(image, top, left, h, w, size);
      }
    }
    double ratio =
        Math.clamp((double) width / height, config.view2RatioMin(), config.view2RatioMax());
    long w = Math.min(width, Math.round(height * ratio));
    long h = Math.min(height, Math.round(width / ratio));
    return Geometric.resizedCrop(image, (height - h) / 2, (width - w) / 2, h, w, size);
  }

  private Tensor photometric(
      Tensor image, CounterRandom random, double blurProbability, double solarizeProbability) {
    var out = image;
    if (random.nextBoolean(config.jitterProbability())) {
      out = jitter(out, random);
    }
    if (random.nextBoolean(config.grayscaleProbability())) {
      out = Photometric.grayscale(out);
    }
    if (random.nextBoolean(blurProbability)) {
      out =
          Photometric.gaussianBlur(
              out, random.uniform(config.blurRadiusMin(), config.blurRadiusMax()));
    }
    return random.nextBoolean(solarizeProbability)
        ? Photometric.solarize(out, SOLARIZE_THRESHOLD)
        : out;
  }

  /// The four changes of colour, in random order.
  private Tensor jitter(Tensor image, CounterRandom random) {
    var out = image;
    for (int change : random.permutation(4)) {
      out =
          switch (change) {
            case 0 -> Photometric.brightness(out, around(random, config.brightness()));
            case 1 -> Photometric.contrast(out, around(random, config.contrast()));
            case 2 -> Photometric.saturation(out, around(random, config.saturation()));
            default ->
                config.hue() == 0
                    ? out
                    : Photometric.hue(out, random.uniform(-config.hue(), config.hue()));
          };
    }
    return out;
  }

  private static double around(CounterRandom random, double spread) {
    return random.uniform(1 - spread, 1 + spread);
  }

  private static Tensor flipIf(boolean flip, Tensor image) {
    return flip ? Geometric.flip(image) : image;
  }
}
