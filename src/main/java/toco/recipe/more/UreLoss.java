package toco.recipe.more;

import toco.loss.MeanScope;
import toco.torch.DType;
import toco.torch.Tensor;

/// Draws uncertain patch tokens to the classes of their image and away from the others (MoRe's
/// `ure`), by the absolute cosine with the class tokens. A token gives ½ (1 − Σ_present |cos| / (P
/// + 1)) + ½ Σ_absent |cos| / (K − P + 1), P of K classes being present. Mean over all tokens of
///   the batch.
public final class UreLoss {
  private static final double PATCH_EPS = 1e-8;
  private static final double CLASS_EPS = 1e-12;

  private UreLoss() {}

  /// @param classTokens [B, K, D], any float dtype
  /// @param patchMap [B, D, h, w], any float dtype
  /// @param tokens of these patches
  /// @param labels float [B, K] multi-hot
  /// @return scalar in [0, 1]; gradients reach `patchMap` only
  public static Tensor of(
      Tensor classTokens, Tensor patchMap, UncertainTokens tokens, Tensor labels) {
    return of(classTokens, patchMap, tokens, labels, MeanScope.LOCAL);
  }

  /// The same over the tokens of several processes.
  public static Tensor of(
      Tensor classTokens, Tensor patchMap, UncertainTokens tokens, Tensor labels, MeanScope scope) {
    var classes = classTokens.detach().to(DType.FLOAT32).normalize(2, CLASS_EPS); // [B, K, D]
    var index = tokens.index().unsqueeze(1).expand(-1, patchMap.size(1), -1); // [B, D, 10]
    var patches = patchMap.to(DType.FLOAT32).flatten(2).gather(2, index).normalize(1, PATCH_EPS);
    var cosines = classes.matmul(patches).abs(); // [B, K, 10]
    var towards = weighted(cosines, labels);
    var away = weighted(cosines, labels.rsub(1));
    var perToken = towards.rsub(1).add(away).mul(0.5); // [B, 10]
    var isToken = tokens.isToken().to(DType.FLOAT32);
    var count = scope.total().apply(isToken.sum().reshape(1)).div(scope.processes());
    return perToken.mul(isToken).sum().div(count.select(0, 0));
  }

  /// The sum over some classes, divided by one more than their number, [B, 10].
  private static Tensor weighted(Tensor cosines, Tensor classes) {
    return cosines.mul(classes.unsqueeze(2)).sum(1).div(classes.sum(1).add(1).unsqueeze(1));
  }
}
