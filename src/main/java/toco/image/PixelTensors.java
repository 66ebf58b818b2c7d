package toco.image;

import toco.torch.DType;
import toco.torch.Tensor;

/// Checks images and amounts for the operators of this package.
final class PixelTensors {
  private PixelTensors() {}

  /// Requires uint8 [H, W, 3].
  static void requireRgb(Tensor image) {
    var info = image.info();
    var shape = info.shape();
    if (info.dtype() != DType.UINT8
        || shape.dims() != 3
        || shape.size(2) != 3
        || shape.numel() == 0) {
      throw new IllegalArgumentException(
          "an image must be uint8 [H, W, 3] and not empty, got %s %s"
              .formatted(info.dtype(), shape));
    }
  }

  /// Requires a finite number of at least 0.
  static void requireFactor(double factor) {
    if (!(factor >= 0 && Double.isFinite(factor))) {
      throw new IllegalArgumentException("factor must be a number >= 0, got " + factor);
    }
  }

  /// The mask of the highest bits of a level.
  ///
  /// @param bits 1…8
  static int highestBits(int bits) {
    if (bits < 1 || bits > 8) {
      throw new IllegalArgumentException("bits must be 1 to 8, got " + bits);
    }
    return 0xFF00 >> bits & 0xFF;
  }
}
