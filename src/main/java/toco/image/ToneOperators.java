package toco.image;

import java.util.ArrayList;
import java.util.function.UnaryOperator;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Tone curves and sharpness of [Photometric] by LibTorch's operators, for devices other than the
/// CPU. Nothing is read back, and all but the sharpness, which rounds in float32, is exact.
final class ToneOperators {
  private static final long LEVELS = 256;

  private ToneOperators() {}

  static void autocontrast_(Tensor image) {
    perChannel(image, ToneOperators::stretched);
  }

  static void equalize_(Tensor image) {
    perChannel(image, ToneOperators::equalized);
  }

  static void posterize_(Tensor image, int bits) {
    PixelTensors.requireRgb(image);
    int step = 256 - PixelTensors.highestBits(bits); // levels that become one
    try (var _ = TensorScope.open()) {
      var _ = image.copy_(image.to(DType.FLOAT32).div(step).floor().mul(step));
    }
  }

  static void sharpness_(Tensor image, double factor) {
    PixelTensors.requireRgb(image);
    if (image.size(0) < 3 || image.size(1) < 3) {
      return;
    }
    try (var _ = TensorScope.open()) {
      var inside = image.slice(0, 1, image.size(0) - 1).slice(1, 1, image.size(1) - 1);
      var levels = inside.to(DType.FLOAT32);
      var smooth = sumOfNine(image).add(levels.mul(4)).mul(2).add(13).div(26).floor();
      var mixed = levels.sub(smooth).mul(factor).add(smooth);
      var _ = inside.copy_(mixed.clamp(0, 255)); // truncates
    }
  }

  /// [H − 2, W − 2, 3]
  private static Tensor sumOfNine(Tensor image) {
    var levels = image.to(DType.FLOAT32).permute(2, 0, 1).unsqueeze(0);
    return Ops.call(
            "aten::avg_pool2d",
            levels,
            new long[] {3, 3},
            new long[] {1, 1},
            new long[] {0, 0},
            false,
            true,
            1) // divisor 1: the sum
        .select(0, 0)
        .permute(1, 2, 0);
  }

  private static void perChannel(Tensor image, UnaryOperator<Tensor> table) {
    PixelTensors.requireRgb(image);
    try (var _ = TensorScope.open()) {
      var changed = new ArrayList<Tensor>();
      for (int c = 0; c < 3; c++) {
        var levels = image.select(2, c).to(DType.INT64).flatten(0);
        changed.add(table.apply(levels).indexSelect(0, levels));
      }
      var _ = image.copy_(Tensor.stack(changed, 1).reshape(image.shape().sizes()));
    }
  }

  /// The new level of each level, float64 \[256], by the least and the greatest level.
  private static Tensor stretched(Tensor levels) {
    var low = levels.amin().to(DType.FLOAT64);
    var range = levels.amax().to(DType.FLOAT64).sub(low);
    var flat = range.eq(0);
    var scale = range.fullLike(255).div(range.clampMin(1)).maskedFill(flat, 1);
    var offset = low.neg().mul(scale).maskedFill(flat, 0);
    return all(levels).mul(scale).add(offset).trunc().clamp(0, 255);
  }

  /// The new level of each level, float64 \[256], by the histogram.
  private static Tensor equalized(Tensor levels) {
    var all = all(levels);
    var histogram =
        Ops.call(
            "aten::index_add",
            all.zerosLike(),
            0,
            levels,
            levels.to(DType.FLOAT64).fullLike(1)); // exact, whatever the order
    var ofGreatest = histogram.indexSelect(0, levels.amax().reshape(1));
    var step = ofGreatest.neg().add((double) levels.numel()).div(255).floor();
    var before = histogram.cumsum(0).sub(histogram);
    var table = step.div(2).floor().add(before).div(step.clampMin(1)).floor().clampMax(255);
    return table.where(step.gt(0), all);
  }

  /// 0…255, float64.
  private static Tensor all(Tensor levels) {
    return Tensor.arange(0, LEVELS, DType.FLOAT64, levels.device());
  }
}
