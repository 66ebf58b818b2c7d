package toco.recipe.more;

import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Draws a class token to the patches that are confidently of its class (MoRe's `cre`), away from
/// the image's other patches. With the projections `a = u(T_k) · f_x / temperature` and S = Σ_x
/// exp(a), a patch x of class k adds `−log(exp(a) / (S + 1e-4))`. A class takes the mean over its
/// patches, an image the sum over its classes, a batch the mean over its images.
///
/// Quirk, kept: the patch tokens are not normalised, so `a` grows with their length. The published
/// code takes the exponentials, which overflow from a = 88.7; there its gradient is NaN, even of a
/// class that is not in the image. Here the same value is computed from logarithms and stays
/// finite.
public final class CreLoss {
  private static final double EPS = 1e-4;
  private static final double NORMALIZE_EPS = 1e-12;

  private CreLoss() {}

  /// @param classTokens [B, K, D], any float dtype
  /// @param patchMap [B, D, h, w], any float dtype
  /// @param mask int64 [B, h, w]: 1…K confident patches, 0 and 255 others
  /// @param labels float [B, K] multi-hot; a class that is not in the image adds nothing
  /// @return scalar ≥ 0; gradients reach `classTokens` only
  public static Tensor of(
      Tensor classTokens, Tensor patchMap, Tensor mask, Tensor labels, double temperature) {
    var unit = classTokens.to(DType.FLOAT32).normalize(2, NORMALIZE_EPS); // [B, K, D]
    var patches = patchMap.detach().to(DType.FLOAT32).flatten(2); // [B, D, N]
    var projections = unit.matmul(patches).div(temperature); // [B, K, N]
    var perPatch = logSums(projections).sub(projections); // [B, K, N], −log(exp(a) / (S + eps))
    var published = perPatch.maskedFill(isUnderflow(projections), Math.log1p(EPS));

    var isOfClass = patchesOfClasses(mask, labels); // [B, K, N]
    var count = isOfClass.sum(2); // [B, K]
    return published.mul(isOfClass).sum(2).div(count.add(EPS)).sum(1).mean();
  }

  /// log(S + eps), [B, K, 1].
  private static Tensor logSums(Tensor projections) {
    var logSum = projections.logSumExp(new long[] {2}, true);
    return Ops.call("aten::logaddexp", logSum, logSum.detach().fullLike(Math.log(EPS)));
  }

  /// Where every exponential of a class is 0 in float32: bool [B, K, 1]. The published code counts
  /// a similarity of 1 then, −log(1 / (1 + 0 + eps)), without gradient.
  private static Tensor isUnderflow(Tensor projections) {
    try (var _ = GradMode.noGrad()) {
      return projections.exp().sum(new long[] {2}, true).eq(0);
    }
  }

  /// 1 where a patch has the label of a class of the image, float32 [B, K, N].
  private static Tensor patchesOfClasses(Tensor mask, Tensor labels) {
    var classes = Tensor.arange(1, labels.size(1) + 1.0, DType.INT64, mask.device());
    return mask.flatten(1)
        .unsqueeze(1)
        .eq(classes.unsqueeze(1))
        .to(DType.FLOAT32)
        .mul(labels.unsqueeze(2));
  }
}
