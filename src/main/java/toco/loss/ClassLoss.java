package toco.loss;

import toco.torch.Tensor;

/// Multi-label soft-margin loss: binary cross-entropy of every class, averaged.
public final class ClassLoss {
  private ClassLoss() {}

  /// @param logits [B, K]
  /// @param labels float [B, K] multi-hot
  /// @return scalar ≥ 0
  public static Tensor of(Tensor logits, Tensor labels) {
    var present = labels.mul(logits.logSigmoid());
    var absent = labels.rsub(1).mul(logits.neg().logSigmoid());
    return present.add(absent).mean().neg();
  }
}
