package toco.loss;

import toco.cam.CamLabels;
import toco.torch.DType;
import toco.torch.Tensor;

/// Cross-entropy against pseudo-labels, background and foreground weighing the same whatever their
/// areas.
///
/// Where a batch has no pixel of one kind the published code gives NaN with a zero gradient; here
/// that part counts 0, with the same gradient.
public final class SegLoss {
  private SegLoss() {}

  /// @param value scalar ≥ 0
  /// @param emptyParts int64 scalar: how many of the two kinds had no pixel
  public record Result(Tensor value, Tensor emptyParts) {}

  /// @param logits [B, C, H, W]
  /// @param labels int64 [B, H, W]: 0 background, 255 ignored
  public static Result of(Tensor logits, Tensor labels) {
    var ignored = labels.eq(CamLabels.IGNORE);
    var background = labels.eq(0);
    var foreground = background.logicalOr(ignored).logicalNot();
    var perPixel = crossEntropy(logits, labels.maskedFill(ignored, 0)); // [B, H, W]
    var value = mean(perPixel, background).add(mean(perPixel, foreground)).mul(0.5);
    var empty =
        background
            .any()
            .logicalNot()
            .to(DType.INT64)
            .add(foreground.any().logicalNot().to(DType.INT64));
    return new Result(value, empty);
  }

  private static Tensor crossEntropy(Tensor logits, Tensor labels) {
    return logits.logSoftmax(1).gather(1, labels.unsqueeze(1)).squeeze(1).neg();
  }

  private static Tensor mean(Tensor perPixel, Tensor chosen) {
    var weight = chosen.to(DType.FLOAT32);
    return perPixel.mul(weight).sum().div(weight.sum().clampMin(1));
  }
}
