package toco.loss;

import java.util.List;
import toco.image.LabelMap;
import toco.torch.DType;
import toco.torch.Tensor;

/// Partial cross-entropy: the mean over the pixels whose label is known. Without any it is 0, with
/// a zero gradient.
public final class HintLoss {
  private HintLoss() {}

  /// @param logProbabilities [B, C, H, W], a log-softmax of logits
  /// @param hints uint8 [B, H, W]: 0 background, 1…C−1, 255 unknown
  /// @return scalar ≥ 0
  public static Tensor of(Tensor logProbabilities, Tensor hints, MeanScope scope) {
    var unknown = hints.eq(LabelMap.IGNORE);
    var labels = hints.to(DType.INT64).maskedFill(unknown, 0);
    var known = unknown.logicalNot().to(DType.FLOAT32); // [B, H, W]
    var perPixel = logProbabilities.gather(1, labels.unsqueeze(1)).squeeze(1).neg();
    var count = scope.total().apply(Tensor.stack(List.of(known.sum()), 0)); // [1]
    return perPixel.mul(known).sum().div(count.clampMin(1).div(scope.processes()).select(0, 0));
  }
}
