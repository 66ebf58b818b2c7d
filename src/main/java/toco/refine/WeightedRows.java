package toco.refine;

import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Weighted sums of a table's rows, each over a list of its own: what splatting, blurring and
/// slicing on a lattice are, and a round of [Par].
///
/// LibTorch's `embedding_bag` does them in one kernel. It takes each list in order, so the sums are
/// the same in every run, on a GPU too; and no size depends on the data, so nothing waits for the
/// device.
///
/// @param indices int64 [M]: rows, one list after the other
/// @param starts int64 [L]: where each list begins, the first at 0; an empty list sums to 0
/// @param weights float32 [M]
record WeightedRows(Tensor indices, Tensor starts, Tensor weights) {
  private static final long SUM = 0; // embedding_bag's number of the mode

  /// Lists of one length.
  ///
  /// @param indices int64 [L, n]
  /// @param weights float32 [L, n]
  static WeightedRows ofEqualLists(Tensor indices, Tensor weights) {
    var starts = Tensor.arange(0, (int) indices.size(0), DType.INT64, indices.device());
    return new WeightedRows(
        indices.flatten(0), starts.mul((int) indices.size(1)), weights.flatten(0));
  }

  /// @param rows float32 [R, C]
  /// @return [L, C]
  Tensor sum(Tensor rows) {
    var results =
        Ops.callAll("aten::embedding_bag", rows, indices, starts, false, SUM, false, weights);
    if (results.getFirst() instanceof Tensor sums) {
      return sums;
    }
    throw new IllegalStateException("embedding_bag returned no tensor");
  }
}
