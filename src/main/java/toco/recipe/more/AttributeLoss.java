package toco.recipe.more;

import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Pushes the class tokens of an image apart (MoRe's `attri`): each is to be most similar to
/// itself. All classes count, present or not.
public final class AttributeLoss {
  private static final double NORMALIZE_EPS = 1e-12;

  private AttributeLoss() {}

  /// @param classTokens [B, K, D], any float dtype
  /// @param temperature divides the cosines
  /// @return scalar ≥ 0: ln K for equal tokens
  public static Tensor of(Tensor classTokens, double temperature) {
    var unit = classTokens.to(DType.FLOAT32).normalize(2, NORMALIZE_EPS); // [B, K, D]
    var logits = unit.matmul(unit.transpose(1, 2)).div(temperature); // [B, K, K]
    return Ops.call("aten::diagonal", logits.logSoftmax(2), 0, 1, 2).mean().neg();
  }
}
