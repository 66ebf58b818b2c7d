package toco.batch;

import toco.config.AugmentConfig;
import toco.data.CounterRandom;
import toco.image.Geometric;
import toco.torch.Tensor;

/// The geometry of torchvision's RandomResizedCrop: a rectangle of the image, which is resized to
/// the size of a view.
///
/// @param top first row of the rectangle, which is inside the image
/// @param left first column
/// @param heightPx of the rectangle, as is `widthPx`
public record ResizedCrop(int top, int left, int heightPx, int widthPx) {
  private static final int TRIES = 10;

  /// Draws an area and an aspect ratio until they fit, otherwise takes the largest central crop.
  ///
  /// @param config of which `view2ScaleMin` to `view2RatioMax` are used
  /// @param height of the image, as is `width`
  public static ResizedCrop draw(
      CounterRandom random, AugmentConfig config, int height, int width) {
    double minRatio = config.view2RatioMin();
    double maxRatio = config.view2RatioMax();
    for (int i = 0; i < TRIES; i++) {
      double area =
          (double) height * width * random.uniform(config.view2ScaleMin(), config.view2ScaleMax());
      double ratio = Math.exp(random.uniform(Math.log(minRatio), Math.log(maxRatio)));
      int w = (int) Math.round(Math.sqrt(area * ratio));
      int h = (int) Math.round(Math.sqrt(area / ratio));
      if (w >= 1 && w <= width && h >= 1 && h <= height) {
        int top = random.nextInt(height - h + 1);
        int left = random.nextInt(width - w + 1);
        return new ResizedCrop(top, left, h, w);
      }
    }
    double ratio = Math.clamp((double) width / height, minRatio, maxRatio);
    int w = Math.clamp(Math.round(height * ratio), 1, width);
    int h = Math.clamp(Math.round(width / ratio), 1, height);
    return new ResizedCrop((height - h) / 2, (width - w) / 2, h, w);
  }

  /// Where the view shows the rectangle.
  ///
  /// @param sizePx side of the view
  public ViewPlace place(int sizePx) {
    return new ViewPlace(
        new ViewAxis(top, heightPx, 0, sizePx, false),
        new ViewAxis(left, widthPx, 0, sizePx, false));
  }

  /// Cuts the rectangle and resizes it as Pillow's BICUBIC does.
  ///
  /// @param image uint8 [H, W, 3]
  /// @param out uint8 [h, w, 3]; overwritten
  public void apply(Tensor image, Tensor out) {
    Geometric.resizedCrop(image, top, left, heightPx, widthPx, out);
  }
}
