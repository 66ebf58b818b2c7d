package toco.loss;

import java.util.List;
import toco.cam.CamLabels;
import toco.torch.DType;
import toco.torch.Tensor;

/// Cross-entropy against pseudo-labels. Background and foreground have the same weight, whatever
/// their areas.
///
/// For a batch without any pixel of one kind, the published code gives NaN with a zero gradient;
/// here that part is 0, with the same gradient.
public final class SegLoss {
  private SegLoss() {}

  /// @param value scalar ≥ 0
  /// @param emptyParts int64 scalar: how many of the two kinds had no pixel
  public record Result(Tensor value, Tensor emptyParts) {}

  /// @param logits [B, C, H, W]
  /// @param labels int64 [B, H, W]: 0 background, 255 ignored
  public static Result of(Tensor logits, Tensor labels) {
    return of(logits, labels, MeanScope.LOCAL);
  }

  /// The same over the pixels of several processes.
  public static Result of(Tensor logits, Tensor labels, MeanScope scope) {
    return ofLogProbabilities(logits.logSoftmax(1), labels, scope);
  }

  /// The same of logarithms of probabilities, which several label maps can share.
  ///
  /// @param logProbabilities [B, C, H, W], a log-softmax of logits
  public static Result ofLogProbabilities(Tensor logProbabilities, Tensor labels, MeanScope scope) {
    var ignored = labels.eq(CamLabels.IGNORE);
    var background = labels.eq(0);
    var foreground = background.logicalOr(ignored).logicalNot();
    var perPixel = crossEntropy(logProbabilities, labels.maskedFill(ignored, 0)); // [B, H, W]
    var behind = background.to(DType.FLOAT32);
    var before = foreground.to(DType.FLOAT32);
    var counts = scope.total().apply(Tensor.stack(List.of(behind.sum(), before.sum()), 0)); // [2]
    var pixels = counts.clampMin(1).div(scope.processes());
    var value =
        perPixel
            .mul(behind)
            .sum()
            .div(pixels.select(0, 0))
            .add(perPixel.mul(before).sum().div(pixels.select(0, 1)))
            .mul(0.5);
    return new Result(value, counts.eq(0).sum());
  }

  private static Tensor crossEntropy(Tensor logProbabilities, Tensor labels) {
    return logProbabilities.gather(1, labels.unsqueeze(1)).squeeze(1).neg();
  }
}
