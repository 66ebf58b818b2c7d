package toco.image;

import toco.torch.DType;
import toco.torch.Tensor;

/// Checks images for the operators of this package.
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
}
