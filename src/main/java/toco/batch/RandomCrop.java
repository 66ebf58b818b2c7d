package toco.batch;

import toco.config.AugmentConfig;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.image.ImageBox;
import toco.torch.Tensor;

/// The geometry of a training crop: the image is scaled, flipped, put onto a black canvas and
/// cropped.
///
/// @param scale factor of both sides, which are truncated to whole pixels
/// @param flip whether the scaled image is mirrored
/// @param padTop rows of the canvas above the image, 0 unless it is smaller than the crop
/// @param padLeft the same for columns
/// @param cropTop first row of the canvas in the crop
/// @param cropLeft first column
public record RandomCrop(
    double scale, boolean flip, int padTop, int padLeft, int cropTop, int cropLeft) {

  /// Draws the crop of an image.
  ///
  /// @param heightPx of the image, as is `widthPx`
  public static RandomCrop draw(
      CounterRandom random, AugmentConfig config, long heightPx, long widthPx) {
    double scale = random.uniform(config.scaleMin(), config.scaleMax());
    int height = scaled(heightPx, scale);
    int width = scaled(widthPx, scale);
    int size = config.cropSizePx();
    boolean flip = random.nextBoolean(config.flipProbability());
    int canvasHeight = Math.max(size, height);
    int canvasWidth = Math.max(size, width);
    int padTop = random.nextInt(canvasHeight - height + 1);
    int padLeft = random.nextInt(canvasWidth - width + 1);
    int cropTop = random.nextInt(canvasHeight - size + 1);
    int cropLeft = random.nextInt(canvasWidth - size + 1);
    return new RandomCrop(scale, flip, padTop, padLeft, cropTop, cropLeft);
  }

  private static int scaled(long sidePx, double scale) {
    return Math.max(1, (int) (sidePx * scale));
  }

  /// Which part of an image the crop shows.
  ///
  /// @param heightPx of the image, as is `widthPx`
  public ViewPlace place(int heightPx, int widthPx) {
    int height = scaled(heightPx, scale);
    int width = scaled(widthPx, scale);
    return new ViewPlace(
        new ViewAxis(0, heightPx, padTop - cropTop, height, false),
        new ViewAxis(0, widthPx, padLeft - cropLeft, width, flip));
  }

  /// Cuts the crop.
  ///
  /// @param image uint8 [H, W, 3]
  /// @param out square, uint8 [crop, crop, 3]; overwritten
  /// @return the box of the image within the crop
  public ImageBox apply(Tensor image, Tensor out) {
    int height = scaled(image.size(0), scale);
    int width = scaled(image.size(1), scale);
    if (!flip) {
      return Geometric.scaledCrop(image, height, width, padTop, padLeft, cropTop, cropLeft, out);
    }
    // flipping commutes with cropping, and the crop is smaller
    int size = Math.toIntExact(out.size(1));
    int canvasWidth = Math.max(size, width);
    int padRight = canvasWidth - width - padLeft;
    int cropRight = canvasWidth - size - cropLeft;
    var box = Geometric.scaledCrop(image, height, width, padTop, padRight, cropTop, cropRight, out);
    Geometric.flip_(out);
    return box.flipped(size);
  }
}
