package toco.image;

import toco.torch.ImageKernels;
import toco.torch.Tensor;

/// Photometric changes of 8-bit images [H, W, 3], contiguous, in place, on any device.
///
/// They equal those of Pillow, and of torchvision on Pillow images: on the CPU exactly; on other
/// devices LibTorch's operators follow the same arithmetic ([PhotometricOperators],
/// [ToneOperators]).
public final class Photometric {
  private Photometric() {}

  /// Blends with black: 0 is black, 1 the image.
  ///
  /// @param factor at least 0
  public static void brightness_(Tensor image, double factor) {
    if (onCpu(image)) {
      ImageKernels.brightness_(image, factor);
    } else {
      PhotometricOperators.brightness_(image, factor);
    }
  }

  /// Blends with the mean grey level: 0 is flat grey, 1 the image.
  ///
  /// @param factor at least 0
  public static void contrast_(Tensor image, double factor) {
    if (onCpu(image)) {
      ImageKernels.contrast_(image, factor);
    } else {
      PhotometricOperators.contrast_(image, factor);
    }
  }

  /// Blends with the grey image: 0 is grey, 1 the image.
  ///
  /// @param factor at least 0
  public static void saturation_(Tensor image, double factor) {
    if (onCpu(image)) {
      ImageKernels.saturation_(image, factor);
    } else {
      PhotometricOperators.saturation_(image, factor);
    }
  }

  /// Shifts the hue in Pillow's 8-bit HSV. A shift of 0 still rounds colours to that space, as
  /// torchvision does.
  ///
  /// @param shift in turns, −0.5…0.5
  public static void hue_(Tensor image, double shift) {
    if (onCpu(image)) {
      ImageKernels.hue_(image, shift);
    } else {
      PhotometricOperators.hue_(image, shift);
    }
  }

  /// The grey level in every channel.
  public static void grayscale_(Tensor image) {
    if (onCpu(image)) {
      ImageKernels.grayscale_(image);
    } else {
      PhotometricOperators.grayscale_(image);
    }
  }

  /// Inverts the levels that are at least `threshold`.
  ///
  /// @param threshold 0…256
  public static void solarize_(Tensor image, int threshold) {
    if (onCpu(image)) {
      ImageKernels.solarize_(image, threshold);
    } else {
      PhotometricOperators.solarize_(image, threshold);
    }
  }

  /// Stretches each channel so that its least level becomes 0 and its greatest 255, as Pillow's
  /// `ImageOps.autocontrast`. A channel of one level stays.
  public static void autocontrast_(Tensor image) {
    if (onCpu(image)) {
      ChannelTables.autocontrast_(image);
    } else {
      ToneOperators.autocontrast_(image);
    }
  }

  /// Equalizes the histogram of each channel, as Pillow's `ImageOps.equalize`. A channel of one
  /// level stays, as does one with too few pixels.
  public static void equalize_(Tensor image) {
    if (onCpu(image)) {
      ChannelTables.equalize_(image);
    } else {
      ToneOperators.equalize_(image);
    }
  }

  /// Keeps the highest bits of each level, as Pillow's `ImageOps.posterize`.
  ///
  /// @param bits 1…8
  public static void posterize_(Tensor image, int bits) {
    if (onCpu(image)) {
      ChannelTables.posterize_(image, bits);
    } else {
      ToneOperators.posterize_(image, bits);
    }
  }

  /// Blends with the smoothed image, as Pillow's `ImageEnhance.Sharpness`: 0 is smooth, 1 the
  /// image, more sharpens. The outermost pixels stay.
  ///
  /// @param factor at least 0
  public static void sharpness_(Tensor image, double factor) {
    PixelTensors.requireFactor(factor);
    if (onCpu(image)) {
      Sharpness.blend_(image, factor);
    } else {
      ToneOperators.sharpness_(image, factor);
    }
  }

  /// Pillow's Gaussian blur: three extended box filters in each direction, with edge pixels
  /// repeated outwards.
  ///
  /// @param radius standard deviation in pixels, 0…10000; 0 changes nothing
  public static void gaussianBlur_(Tensor image, double radius) {
    if (onCpu(image)) {
      ImageKernels.gaussianBlur_(image, radius);
    } else {
      PhotometricOperators.gaussianBlur_(image, radius);
    }
  }

  private static boolean onCpu(Tensor image) {
    return image.device().isCpu();
  }
}
