package toco.image;

import toco.torch.DType;
import toco.torch.Tensor;

/// Small versions of images for display.
public final class Thumbnail {
  private Thumbnail() {}

  /// The image unchanged, or reduced if its longer side exceeds `maxPx`; the pixels of a reduced
  /// image belong to the innermost tensor scope.
  public static RgbImage of(RgbImage image, int maxPx) {
    int longer = Math.max(image.widthPx(), image.heightPx());
    if (longer <= maxPx) {
      return image;
    }
    double scale = (double) maxPx / longer;
    int width = Math.max(1, (int) Math.round(image.widthPx() * scale));
    int height = Math.max(1, (int) Math.round(image.heightPx() * scale));
    var pixels = image.tensor();
    var reduced = Tensor.empty(DType.UINT8, pixels.device(), height, width, 3);
    Geometric.resize(pixels, reduced);
    return new RgbImage(reduced.segment(), width, height);
  }
}
