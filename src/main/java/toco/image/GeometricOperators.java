package toco.image;

import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// [Geometric] by LibTorch's operators, for devices without native kernels of ToCo.
final class GeometricOperators {
  private GeometricOperators() {}

  static void flip_(Tensor image) {
    PixelTensors.requireRgb(image);
    try (var _ = TensorScope.open()) {
      var _ = image.copy_(image.flip(1));
    }
  }

  /// What [toco.torch.ImageKernels#resample] computes, within one level.
  static void resample(
      Tensor image, long[] cut, long[] scaled, long[] origin, Interpolation mode, Tensor out) {
    PixelTensors.requireRgb(image);
    PixelTensors.requireRgb(out);
    requireInside(cut, image);
    try (var _ = TensorScope.open()) {
      var _ = out.fill_(0);
      long top = Math.max(origin[0], 0);
      long left = Math.max(origin[1], 0);
      long bottom = Math.min(origin[0] + scaled[0], out.size(0));
      long right = Math.min(origin[1] + scaled[1], out.size(1));
      if (top >= bottom || left >= right) {
        return; // nothing is visible
      }
      var levels =
          image
              .slice(0, cut[0], cut[0] + cut[2])
              .slice(1, cut[1], cut[1] + cut[3])
              .permute(2, 0, 1)
              .unsqueeze(0)
              .to(DType.FLOAT32);
      var pixels = resized(levels, scaled[0], scaled[1], mode).squeeze(0).permute(1, 2, 0);
      var _ =
          out.slice(0, top, bottom)
              .slice(1, left, right)
              .copy_(
                  pixels
                      .slice(0, top - origin[0], bottom - origin[0])
                      .slice(1, left - origin[1], right - origin[1]));
    }
  }

  /// Bicubic weights are also negative, so that levels beside an edge exceed 0…255. Pillow cuts
  /// them off after each of its two passes, along rows and then along columns; so does this.
  ///
  /// @param levels [1, 3, h, w]
  private static Tensor resized(Tensor levels, long height, long width, Interpolation mode) {
    var inWidth =
        mode == Interpolation.BICUBIC_ANTIALIAS
            ? rounded(levels.interpolate(levels.size(2), width, mode))
            : levels;
    return rounded(inWidth.interpolate(height, width, mode));
  }

  private static Tensor rounded(Tensor levels) {
    return levels.round().clamp(0, 255);
  }

  private static void requireInside(long[] cut, Tensor image) {
    var shape = image.shape();
    if (cut[0] < 0
        || cut[1] < 0
        || cut[2] < 1
        || cut[3] < 1
        || cut[0] + cut[2] > shape.size(0)
        || cut[1] + cut[3] > shape.size(1)) {
      throw new IllegalArgumentException(
          ("a crop must be inside the image %s and be no smaller than 1×1, got top %s, "
                  + "left %s, height %s, width %s")
              .formatted(shape, cut[0], cut[1], cut[2], cut[3]));
    }
  }
}
