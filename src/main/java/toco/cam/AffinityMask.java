package toco.cam;

import toco.torch.DType;
import toco.torch.Tensor;

/// Which pairs of patches have the same label: the targets of the patch-token contrast.
public final class AffinityMask {
  private AffinityMask() {}

  /// @param labels int64 [B, h, w], 255 ignored
  /// @return int64 [B, N, N] with N = h·w: 1 same label, 0 different, 255 where either is ignored
  ///   and on the diagonal
  public static Tensor of(Tensor labels) {
    var flat = labels.flatten(1); // [B, N]
    var rows = flat.unsqueeze(2);
    var columns = flat.unsqueeze(1);
    long n = flat.size(1);
    var index = Tensor.arange(0, (double) n, DType.INT64, labels.device());
    var diagonal = index.unsqueeze(1).eq(index.unsqueeze(0)); // [N, N]
    var ignored =
        rows.eq(CamLabels.IGNORE).logicalOr(columns.eq(CamLabels.IGNORE)).logicalOr(diagonal);
    return rows.eq(columns).to(DType.INT64).maskedFill(ignored, CamLabels.IGNORE);
  }
}
