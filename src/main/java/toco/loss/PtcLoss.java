package toco.loss;

import toco.torch.DType;
import toco.torch.Tensor;

/// Patch-token contrast (arXiv:2303.01267 §3.2): pulls patch tokens of one pseudo-label together
/// and pushes others apart.
public final class PtcLoss {
  private static final double NORMALIZE_EPS = 1e-8;

  private PtcLoss() {}

  /// @param features patch map [B, D, h, w], any float dtype
  /// @param affinity int64 [B, N, N] with N = h·w: 1 same label, 0 different, 255 ignored
  /// @return scalar in [0, 1]; gradients reach `features` only
  public static Tensor of(Tensor features, Tensor affinity) {
    var x = features.to(DType.FLOAT32).flatten(2).normalize(1, NORMALIZE_EPS); // [B, D, N]
    var similarity = x.transpose(1, 2).matmul(x).abs(); // [B, N, N]
    return mean(similarity, affinity.eq(1))
        .rsub(1)
        .mul(0.5)
        .add(mean(similarity, affinity.eq(0)).mul(0.5));
  }

  /// The mean over the chosen pairs of the whole batch, one pair more counted: no pairs give 0.
  private static Tensor mean(Tensor similarity, Tensor chosen) {
    var weight = chosen.to(DType.FLOAT32);
    return similarity.mul(weight).sum().div(weight.sum().add(1));
  }
}
