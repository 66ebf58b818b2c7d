package toco.image;

import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Changes of size and place, on float images [3, H, W], on any device.
public final class Geometric {
  private Geometric() {}

  /// A decoded image as float [3, H, W], levels 0–255, on the CPU; a copy.
  public static Tensor toTensor(RgbImage image) {
    return Tensor.copyOf(image.pixels(), DType.UINT8, image.heightPx(), image.widthPx(), 3)
        .permute(2, 0, 1)
        .to(DType.FLOAT32)
        .contiguous();
  }

  /// Resizes as Pillow's BILINEAR does.
  public static Tensor resize(Tensor image, long heightPx, long widthPx) {
    return resize(image, heightPx, widthPx, Interpolation.BILINEAR_ANTIALIAS);
  }

  /// Cuts out a rectangle and resizes it to a square as Pillow's BICUBIC does.
  public static Tensor resizedCrop(
      Tensor image, long top, long left, long heightPx, long widthPx, long sizePx) {
    var cut = image.slice(1, top, top + heightPx).slice(2, left, left + widthPx);
    return resize(cut, sizePx, sizePx, Interpolation.BICUBIC_ANTIALIAS).clamp(0, 255);
  }

  public static Tensor flip(Tensor image) {
    return image.flip(2);
  }

  /// A square crop of a padded image.
  ///
  /// @param image [3, size, size]
  /// @param box where the picture lies in it; zeros around
  public record Crop(Tensor image, ImageBox box) {}

  /// Lays the image onto a black canvas and crops it.
  ///
  /// @param padTop rows of the canvas above the image, 0…max(size, H) − H
  /// @param cropTop first row of the canvas in the crop, 0…max(size, H) − size; columns likewise
  public static Crop padAndCrop(
      Tensor image, int padTop, int padLeft, int cropTop, int cropLeft, int sizePx) {
    var shape = image.shape();
    int height = (int) shape.size(1);
    int width = (int) shape.size(2);
    var box =
        new ImageBox(
            Math.max(padTop - cropTop, 0),
            Math.min(sizePx, padTop + height - cropTop),
            Math.max(padLeft - cropLeft, 0),
            Math.min(sizePx, padLeft + width - cropLeft));
    int firstRow = Math.max(cropTop - padTop, 0);
    int firstColumn = Math.max(cropLeft - padLeft, 0);
    var visible =
        image
            .slice(1, firstRow, firstRow + box.bottom() - box.top())
            .slice(2, firstColumn, firstColumn + box.right() - box.left());
    return new Crop(
        visible.pad(0, box.left(), sizePx - box.right(), box.top(), sizePx - box.bottom()), box);
  }

  private static Tensor resize(Tensor image, long heightPx, long widthPx, Interpolation mode) {
    return image.unsqueeze(0).interpolate(heightPx, widthPx, mode).squeeze(0);
  }
}
