package toco.torch;

import static toco.torch.CallScratch.check;
import static toco.torch.CallScratch.doubles;
import static toco.torch.CallScratch.longs;

import toco.torch.ffi.TocoTorch;

/// Native kernels for 8-bit images whose results equal those of Pillow and torchvision exactly.
///
/// Images are uint8 [H, W, 3], contiguous, on the CPU, as decoded. Each call runs on the calling
/// thread only, so loader threads do not compete, and allocates nothing once a thread has processed
/// its largest image. Methods whose names end in an underscore change the image in place. Wrong
/// shapes, dtypes or values throw a [TorchException].
public final class ImageKernels {
  private ImageKernels() {}

  /// Pillow's `ImageEnhance.Brightness`.
  ///
  /// @param factor at least 0
  public static void brightness_(Tensor image, double factor) {
    check(TocoTorch.tt_image_brightness_(image.handle(), factor));
  }

  /// Pillow's `ImageEnhance.Contrast`.
  ///
  /// @param factor at least 0
  public static void contrast_(Tensor image, double factor) {
    check(TocoTorch.tt_image_contrast_(image.handle(), factor));
  }

  /// Pillow's `ImageEnhance.Color`.
  ///
  /// @param factor at least 0
  public static void saturation_(Tensor image, double factor) {
    check(TocoTorch.tt_image_saturation_(image.handle(), factor));
  }

  /// torchvision's `adjust_hue` of a Pillow image.
  ///
  /// @param shift as a fraction of the colour wheel, −0.5…0.5
  public static void hue_(Tensor image, double shift) {
    check(TocoTorch.tt_image_hue_(image.handle(), shift));
  }

  /// Pillow's `convert('L')`, written to every channel.
  public static void grayscale_(Tensor image) {
    check(TocoTorch.tt_image_grayscale_(image.handle()));
  }

  /// Pillow's `ImageOps.solarize`.
  ///
  /// @param threshold 0…256; values ≥ threshold are inverted
  public static void solarize_(Tensor image, int threshold) {
    check(TocoTorch.tt_image_solarize_(image.handle(), threshold));
  }

  /// Pillow's `ImageFilter.GaussianBlur`.
  ///
  /// @param radius in pixels, 0…10000
  public static void gaussianBlur_(Tensor image, double radius) {
    check(TocoTorch.tt_image_gaussian_blur_(image.handle(), radius));
  }

  /// Flips the image horizontally.
  public static void flip_(Tensor image) {
    check(TocoTorch.tt_image_flip_(image.handle()));
  }

  /// Crops an image, resizes the crop as Pillow does, and pastes it onto a black canvas. Pixels
  /// that fall outside the canvas are not computed.
  ///
  /// @param crop top, left, height, width in the image
  /// @param resized height and width of the resized crop
  /// @param offset row and column of its first pixel on the canvas; may be outside
  /// @param mode [Interpolation#BILINEAR_ANTIALIAS] or [Interpolation#BICUBIC_ANTIALIAS]
  /// @param out the canvas, uint8 [h, w, 3]; must not share memory with the image
  public static void resample(
      Tensor image, long[] crop, long[] resized, long[] offset, Interpolation mode, Tensor out) {
    if (crop.length != 4 || resized.length != 2 || offset.length != 2 || !mode.antialias) {
      throw new IllegalArgumentException(
          ("resample takes crop [top, left, height, width], resized [height, width], offset [row,"
                  + " column] and an antialiased mode, got %s, %s and %s numbers and %s")
              .formatted(crop.length, resized.length, offset.length, mode));
    }
    check(
        TocoTorch.tt_image_resample(
            image.handle(), longs(crop), longs(resized), longs(offset), mode.code, out.handle()));
  }

  /// `(value − mean) / std` for each channel.
  ///
  /// @param mean one number per channel, as is `std`
  /// @param out float32 [3, H, W], contiguous
  public static void normalize(Tensor image, float[] mean, float[] std, Tensor out) {
    if (mean.length != 3 || std.length != 3) {
      throw new IllegalArgumentException(
          "normalize takes 3 means and 3 standard deviations, got %s and %s"
              .formatted(mean.length, std.length));
    }
    check(TocoTorch.tt_image_normalize(image.handle(), doubles(mean), doubles(std), out.handle()));
  }
}
