package toco.loss;

import java.util.List;
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
    return of(features, affinity, MeanScope.LOCAL);
  }

  /// The same over the pairs of several processes.
  public static Tensor of(Tensor features, Tensor affinity, MeanScope scope) {
    var x = features.to(DType.FLOAT32).flatten(2).normalize(1, NORMALIZE_EPS); // [B, D, N]
    var similarity = x.transpose(1, 2).matmul(x).abs(); // [B, N, N]
    var same = affinity.eq(1).to(DType.FLOAT32);
    var different = affinity.eq(0).to(DType.FLOAT32);
    var counts = scope.total().apply(Tensor.stack(List.of(same.sum(), different.sum()), 0)); // [2]
    // one pair more is counted: no pairs give 0
    var means = counts.add(1).div(scope.processes());
    return similarity
        .mul(same)
        .sum()
        .div(means.select(0, 0))
        .rsub(1)
        .mul(0.5)
        .add(similarity.mul(different).sum().div(means.select(0, 1)).mul(0.5));
  }
}
