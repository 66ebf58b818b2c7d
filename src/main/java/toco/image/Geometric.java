package toco.image;

import toco.torch.ImageKernels;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Geometric changes of 8-bit images [H, W, 3], contiguous, on any device. Results are written to
/// tensors of the caller, which must not share memory with the image.
///
/// Resizing equals Pillow's (up to version 12, rows before columns): exactly on the CPU, within one
/// level on other devices ([GeometricOperators]).
public final class Geometric {
  private Geometric() {}

  /// Resizes as Pillow's BILINEAR does, to the size of `out`.
  ///
  /// @param out uint8 [h, w, 3]
  public static void resize(Tensor image, Tensor out) {
    long[] size = {out.size(0), out.size(1)};
    resample(image, whole(image), size, new long[2], Interpolation.BILINEAR_ANTIALIAS, out);
  }

  /// Crops a rectangle and resizes it as Pillow's BICUBIC does, to the size of `out`.
  ///
  /// @param top first row of the rectangle, which must be inside the image
  /// @param out uint8 [h, w, 3]
  public static void resizedCrop(
      Tensor image, int top, int left, int heightPx, int widthPx, Tensor out) {
    long[] cut = {top, left, heightPx, widthPx};
    long[] size = {out.size(0), out.size(1)};
    resample(image, cut, size, new long[2], Interpolation.BICUBIC_ANTIALIAS, out);
  }

  /// Resizes as Pillow's BILINEAR does, puts the result onto a black canvas and crops `out` from
  /// the canvas. Only the visible part is computed.
  ///
  /// @param padTop rows of the canvas above the scaled image; the same for columns
  /// @param cropTop first row of the canvas in `out`; the same for columns
  /// @param out uint8 [h, w, 3]
  /// @return the box of the image in `out`; zeros around it
  public static ImageBox scaledCrop(
      Tensor image,
      int scaledHeight,
      int scaledWidth,
      int padTop,
      int padLeft,
      int cropTop,
      int cropLeft,
      Tensor out) {
    int top = padTop - cropTop;
    int left = padLeft - cropLeft;
    long[] scaled = {scaledHeight, scaledWidth};
    long[] origin = {top, left};
    resample(image, whole(image), scaled, origin, Interpolation.BILINEAR_ANTIALIAS, out);
    int height = (int) out.size(0);
    int width = (int) out.size(1);
    return new ImageBox(
        Math.clamp(top, 0, height),
        Math.clamp(top + scaledHeight, 0, height),
        Math.clamp(left, 0, width),
        Math.clamp(left + scaledWidth, 0, width));
  }

  /// Flips horizontally, in place.
  public static void flip_(Tensor image) {
    if (image.device().isCpu()) {
      ImageKernels.flip_(image);
    } else {
      GeometricOperators.flip_(image);
    }
  }

  private static long[] whole(Tensor image) {
    return new long[] {0, 0, image.size(0), image.size(1)};
  }

  private static void resample(
      Tensor image, long[] cut, long[] scaled, long[] origin, Interpolation mode, Tensor out) {
    if (image.device().isCpu()) {
      ImageKernels.resample(image, cut, scaled, origin, mode, out);
    } else {
      GeometricOperators.resample(image, cut, scaled, origin, mode, out);
    }
  }
}
