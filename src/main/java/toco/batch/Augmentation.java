package toco.batch;

import toco.config.AugmentConfig;
import toco.config.TrainConfig.Compat;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.image.Photometric;
import toco.torch.DType;
import toco.torch.Device;
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
  private static final int SOLARIZE_THRESHOLD = 128;
  private static final int RESIZED_CROP_TRIES = 10;

  private final AugmentConfig config;
  private final Compat compat;
  private final long seed;

  public Augmentation(AugmentConfig config, Compat compat, long seed) {
    this.config = config;
    this.compat = compat;
    this.seed = seed;
  }

  /// The views of one sample, uint8 [crop, crop, 3], and where the picture lies in the first.
  public record Views(Tensor view1, Tensor view2, Tensor local, ImageBox box) {}

  /// Draws the views of one sample.
  ///
  /// @param image the whole image, uint8 [H, W, 3]
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
    var view1 = flipIf(flipFirst, crop.image().clone());
    photometric(view1, first, config.view1BlurProbability(), 0);
    var localView = flipIf(flipLocal, crop.image());
    photometric(localView, local, config.localBlurProbability(), 0);
    boolean flipSecond = second.nextBoolean(config.viewFlipProbability());
    var view2 = flipIf(flipSecond, randomResizedCrop(image, second));
    photometric(view2, second, config.view2BlurProbability(), config.solarizeProbability());
    return new Views(view1, view2, localView, box);
  }

  private record Crop(Tensor image, ImageBox box) {}

  /// Random scale, flip, padding and crop.
  private Crop crop(Tensor image, CounterRandom random) {
    double scale = random.uniform(config.scaleMin(), config.scaleMax());
    int height = Math.max(1, (int) (image.size(0) * scale));
    int width = Math.max(1, (int) (image.size(1) * scale));
    int size = config.cropSizePx();
    boolean flip = random.nextBoolean(config.flipProbability());
    int canvasHeight = Math.max(size, height);
    int canvasWidth = Math.max(size, width);
    int padTop = random.nextInt(canvasHeight - height + 1);
    int padLeft = random.nextInt(canvasWidth - width + 1);
    int cropTop = random.nextInt(canvasHeight - size + 1);
    int cropLeft = random.nextInt(canvasWidth - size + 1);
    if (flip) { // the places belong to the flipped image; the crop is mirrored once it is there
      padLeft = canvasWidth - width - padLeft;
      cropLeft = canvasWidth - size - cropLeft;
    }
    var out = canvas();
    var box = Geometric.scaledCrop(image, height, width, padTop, padLeft, cropTop, cropLeft, out);
    return new Crop(flipIf(flip, out), flip ? box.flipped(size) : box);
  }

  /// torchvision's RandomResizedCrop: an area and an aspect ratio drawn until they fit, else the
  /// largest middle part.
  private Tensor randomResizedCrop(Tensor image, CounterRandom random) {
    int height = (int) image.size(0);
    int width = (int) image.size(1);
    var out = canvas();
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
        return out;
      }
    }
    double ratio =
        Math.clamp((double) width / height, config.view2RatioMin(), config.view2RatioMax());
    int w = (int) Math.min(width, Math.round(height * ratio));
    int h = (int) Math.min(height, Math.round(width / ratio));
    Geometric.resizedCrop(image, (height - h) / 2, (width - w) / 2, h, w, out);
    return out;
  }

  private void photometric(
      Tensor image, CounterRandom random, double blurProbability, double solarizeProbability) {
    if (random.nextBoolean(config.jitterProbability())) {
      jitter(image, random);
    }
    if (random.nextBoolean(config.grayscaleProbability())) {
      Photometric.grayscale_(image);
    }
    if (random.nextBoolean(blurProbability)) {
      Photometric.gaussianBlur_(
          image, random.uniform(config.blurRadiusMin(), config.blurRadiusMax()));
    }
    if (random.nextBoolean(solarizeProbability)) {
      Photometric.solarize_(image, SOLARIZE_THRESHOLD);
    }
  }

  /// The four changes of colour, in random order.
  private void jitter(Tensor image, CounterRandom random) {
    for (int change : random.permutation(4)) {
      switch (change) {
        case 0 -> Photometric.brightness_(image, around(random, config.brightness()));
        case 1 -> Photometric.contrast_(image, around(random, config.contrast()));
        case 2 -> Photometric.saturation_(image, around(random, config.saturation()));
        default -> {
          if (config.hue() != 0) {
            Photometric.hue_(image, random.uniform(-config.hue(), config.hue()));
          }
        }
      }
    }
  }

  private Tensor canvas() {
    return Tensor.empty(DType.UINT8, Device.CPU, config.cropSizePx(), config.cropSizePx(), 3);
  }

  private static double around(CounterRandom random, double spread) {
    return random.uniform(1 - spread, 1 + spread);
  }

  private static Tensor flipIf(boolean flip, Tensor image) {
    if (flip) {
      Geometric.flip_(image);
    }
    return image;
  }
}
