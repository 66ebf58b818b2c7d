package toco.image;

import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// [Photometric] by LibTorch's operators, for devices without native kernels of ToCo. They follow
/// Pillow's arithmetic step by step; levels differ only where rounding is ambiguous.
final class PhotometricOperators {
  private static final float[] LUMA = {19595, 38470, 7471}; // of 65536
  private static final int BLUR_PASSES = 3;
  private static final float FIXED_POINT = 1 << 24; // the unit of Pillow's weights

  private PhotometricOperators() {}

  /// A function of levels, float32 [H, W, 3].
  private interface Change {
    Tensor of(Tensor levels);
  }

  private static void apply(Tensor image, Change change) {
    PixelTensors.requireRgb(image);
    try (var _ = TensorScope.open()) {
      var _ = image.copy_(change.of(image.to(DType.FLOAT32)).clamp(0, 255)); // truncates
    }
  }

  static void brightness_(Tensor image, double factor) {
    PixelTensors.requireFactor(factor);
    apply(image, levels -> levels.mul(factor));
  }

  static void contrast_(Tensor image, double factor) {
    PixelTensors.requireFactor(factor);
    apply(
        image,
        levels -> {
          var mean = luma(levels).to(DType.FLOAT64).mean().add(0.5).floor().to(DType.FLOAT32);
          return blend(mean, levels, factor);
        });
  }

  static void saturation_(Tensor image, double factor) {
    PixelTensors.requireFactor(factor);
    apply(image, levels -> blend(luma(levels), levels, factor));
  }

  static void hue_(Tensor image, double shift) {
    if (!(Math.abs(shift) <= 0.5)) {
      throw new IllegalArgumentException("shift must be −0.5 to 0.5 turns, got " + shift);
    }
    int steps = (int) (shift * 255) & 0xFF;
    apply(image, levels -> HsvOperators.turned(levels, steps));
  }

  static void grayscale_(Tensor image) {
    apply(image, levels -> luma(levels).expand(-1, -1, 3));
  }

  static void solarize_(Tensor image, int threshold) {
    if (threshold < 0 || threshold > 256) {
      throw new IllegalArgumentException("threshold must be 0 to 256, got " + threshold);
    }
    apply(image, levels -> levels.where(levels.lt(threshold), levels.rsub(255)));
  }

  static void gaussianBlur_(Tensor image, double radius) {
    if (!(radius >= 0 && radius <= 10_000)) {
      throw new IllegalArgumentException("radius must be 0 to 10000 pixels, got " + radius);
    }
    float box = boxRadius((float) radius);
    if (box == 0) {
      return;
    }
    apply(
        image,
        levels -> {
          var planes = levels.to(DType.FLOAT64).permute(2, 0, 1); // [3, H, W]
          for (int pass = 0; pass < BLUR_PASSES; pass++) {
            planes = boxBlur(planes, box);
          }
          planes = planes.transpose(1, 2);
          for (int pass = 0; pass < BLUR_PASSES; pass++) {
            planes = boxBlur(planes, box);
          }
          return planes.permute(2, 1, 0);
        });
  }

  /// Pillow's grey levels [H, W, 1]; float32 holds every sum exactly.
  private static Tensor luma(Tensor levels) {
    return levels
        .mul(Tensor.of(LUMA).to(levels.device(), true)) // without waiting for the device
        .sum(new long[] {2}, true)
        .add(32768)
        .div(65536)
        .floor();
  }

  private static Tensor blend(Tensor grey, Tensor levels, double factor) {
    return levels.sub(grey).mul(factor).add(grey);
  }

  /// The radius of the box that, applied three times, has the variance of a Gaussian (Gwosdek et
  /// al., SSVM 2011).
  private static float boxRadius(float radius) {
    float variance = radius * radius / BLUR_PASSES;
    float whole = (float) Math.floor((Math.sqrt(12.0 * variance + 1) - 1) / 2);
    float next = whole + 1;
    float fraction =
        (2 * whole + 1) * (whole * next - 3 * variance) / (6 * (variance - next * next));
    return whole + fraction;
  }

  /// One pass along the rows of [3, H, W]: a mean over `2 · radius + 1` pixels, rounded. Weights
  /// are in Pillow's fixed point, which decides ties in rounding; float64 represents it exactly.
  private static Tensor boxBlur(Tensor planes, float radius) {
    long reach = (long) radius + 1;
    double inner = Math.floor(FIXED_POINT / (2 * radius + 1));
    double outer = Math.floor((FIXED_POINT - (2 * reach - 1) * inner) / 2);
    long width = planes.size(2);
    var padded = Ops.call("aten::replication_pad2d", planes, new long[] {reach, reach, 0, 0});
    var inside =
        Ops.call(
            "aten::avg_pool2d",
            padded.slice(2, 1, width + 2 * reach - 1),
            new long[] {1, 2 * reach - 1},
            new long[] {1, 1},
            new long[] {0, 0},
            false,
            true,
            1); // divisor 1: the sum
    var ends = padded.slice(2, 0, width).add(padded.slice(2, 2 * reach, width + 2 * reach));
    return inside.mul(inner).add(ends.mul(outer)).div(FIXED_POINT).add(0.5).floor();
  }
}
