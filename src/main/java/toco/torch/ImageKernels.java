package toco.torch;

import static toco.torch.CallScratch.check;
import static toco.torch.CallScratch.doubles;
import static toco.torch.CallScratch.longs;

import toco.torch.ffi.TocoTorch;

/// Native kernels on 8-bit images that give, level for level, what Pillow and torchvision give.
///
/// Images are uint8 [H, W, 3], contiguous, on the CPU, as decoded. Each call runs on the calling
/// thread alone, so that loader threads work side by side, and allocates nothing once a thread has
/// seen its largest image. Names that end in an underscore change the image itself. What does not
/// fit is refused with a [TorchException].
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
  /// @param shift in turns, −0.5…0.5
  public static void hue_(Tensor image, double shift) {
    check(TocoTorch.tt_image_hue_(image.handle(), shift));
  }

  /// Pillow's grey level in every channel.
  public static void grayscale_(Tensor image) {
    check(TocoTorch.tt_image_grayscale_(image.handle()));
  }

  /// Pillow's `ImageOps.solarize`.
  ///
  /// @param threshold 0…256; levels from it on are inverted
  public static void solarize_(Tensor image, int threshold) {
    check(TocoTorch.tt_image_solarize_(image.handle(), threshold));
  }

  /// Pillow's `ImageFilter.GaussianBlur`.
  ///
  /// @param radius in pixels, 0…10000
  public static void gaussianBlur_(Tensor image, double radius) {
    check(TocoTorch.tt_image_gaussian_blur_(image.handle(), radius));
  }

  /// Mirrors the columns.
  public static void flip_(Tensor image) {
    check(TocoTorch.tt_image_flip_(image.handle()));
  }

  /// A part of an image, resized as Pillow does and laid onto a black canvas that cuts it off; only
  /// what shows is computed.
  ///
  /// @param cut the part: top, left, height, width
  /// @param scaled what it is resized to: height, width
  /// @param place row and column of its first pixel on the canvas; may lie outside
  /// @param mode [Interpolation#BILINEAR_ANTIALIAS] or [Interpolation#BICUBIC_ANTIALIAS]
  /// @param out the canvas, uint8 [h, w, 3]; shares no memory with the image
  public static void resample(
      Tensor image, long[] cut, long[] scaled, long[] place, Interpolation mode, Tensor out) {
    if (cut.length != 4 || scaled.length != 2 || place.length != 2 || !mode.antialias) {
      throw new IllegalArgumentException(
          "resample takes cut [top, left, height, width], scaled [height, width], place [row,"
              + " column] and an antialiased mode, got %d, %d and %d numbers and %s"
                  .formatted(cut.length, scaled.length, place.length, mode));
    }
    check(
        TocoTorch.tt_image_resample(
            image.handle(), longs(cut), longs(scaled), longs(place), mode.code, out.handle()));
  }

  /// `(level − mean) / deviation`.
  ///
  /// @param mean one number a channel, as is the deviation
  /// @param out float32 [3, H, W], contiguous
  public static void normalize(Tensor image, float[] mean, float[] deviation, Tensor out) {
    if (mean.length != 3 || deviation.length != 3) {
      throw new IllegalArgumentException(
          "normalize takes 3 means and deviations, got %d and %d"
              .formatted(mean.length, deviation.length));
    }
    check(
        TocoTorch.tt_image_normalize(
            image.handle(), doubles(mean), doubles(deviation), out.handle()));
  }
}
