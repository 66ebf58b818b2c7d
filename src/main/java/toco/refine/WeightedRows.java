package toco.refine;

import java.util.ArrayList;
import java.util.List;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Weighted sums of the rows of a table, each over its own list of rows. Splat, blur and slice on a
/// lattice are such sums, and so is an iteration of [Par].
///
/// LibTorch's `embedding_bag` computes them in one kernel. It adds each list in order, so the
/// result is the same in every run, also on a GPU. No size depends on the data, so nothing waits
/// for the device.
///
/// @param indices int64 [M]: indices of rows, list after list
/// @param starts int64 [L]: where each list begins, the first at 0; an empty list sums to 0
/// @param weights float32 [M]
record WeightedRows(Tensor indices, Tensor starts, Tensor weights) {
  private static final long SUM = 0; // mode of embedding_bag

  /// Lists of equal length.
  ///
  /// @param indices int64 [L, n]
  /// @param weights float32 [L, n]
  static WeightedRows ofEqualLists(Tensor indices, Tensor weights) {
    var starts = Tensor.arange(0, (int) indices.size(0), DType.INT64, indices.device());
    return new WeightedRows(
        indices.flatten(0), starts.mul((int) indices.size(1)), weights.flatten(0));
  }

  /// Several sums over lists of the same lengths.
  ///
  /// @param indices int64 [A, L, n]
  /// @param weights float32 [A, L, n]
  /// @param scope the results are kept beyond it
  /// @return one per table
  static List<WeightedRows> ofTables(Tensor indices, Tensor weights, TensorScope scope) {
    var starts = scope.keep(ofEqualLists(indices.select(0, 0), weights.select(0, 0)).starts);
    var tables = new ArrayList<WeightedRows>();
    for (long table = 0; table < indices.size(0); table++) {
      tables.add(
          new WeightedRows(
              scope.keep(indices.select(0, table).flatten(0)),
              starts,
              scope.keep(weights.select(0, table).flatten(0))));
    }
    return tables;
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
