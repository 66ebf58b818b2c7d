package toco.refine;

import java.util.List;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Gaussian filtering of points in up to 7 dimensions (Adams, Baek, Davis 2010) by LibTorch's
/// operators, on any device. On the CPU the native kernel behind
/// [toco.torch.Kernels#bilateralFilter] gives the same values faster.
///
/// The number of occupied vertices is never read, since that would wait for the device: memory is
/// allocated for the maximum, M = N · (d + 1), and the rest stays unused. Vertices are numbered in
/// the order of their keys.
///
/// Its tensors belong to the scope that is open at construction.
final class PermutohedralLattice {
  private final VertexKeys vertices;
  private final Tensor inRange;
  private final Tensor keys; // int64 [M]: of the corners of all points, ascending
  private final Tensor vertexOfKey; // int64 [M]
  private final Tensor above; // int64 [M]: VertexKeys.up of each vertex
  private final Tensor below; // int64 [M]
  private final WeightedRows splat; // from points to vertices
  private final WeightedRows slice; // from vertices to points

  /// @param features float32 [d, N], in standard deviations of the filter
  PermutohedralLattice(Tensor features) {
    vertices = new VertexKeys((int) features.size(0));
    var simplices = Simplices.enclosing(features, vertices);
    inRange = simplices.inRange();
    var weights = simplices.weights().transpose(0, 1).contiguous(); // [N, d + 1]
    var sorted = simplices.keys().transpose(0, 1).flatten(0).sort(0, false);
    var corner = sorted.indices(); // [M]: point · (d + 1) + k
    keys = sorted.values();
    int room = (int) keys.size(0);
    var isNew = keys.slice(0, 1, room).ne(keys.slice(0, 0, room - 1));
    vertexOfKey = isNew.to(DType.INT64).pad(0, 1, 0).cumsum(0);

    var all = Tensor.arange(0, room, DType.INT64, features.device());
    var firstOfVertex = searchSorted(vertexOfKey, all); // M for unused vertices
    var keyOfVertex = keys.indexSelect(0, firstOfVertex.clampMax(room - 1));
    above = vertices.up(keyOfVertex);
    below = vertices.down(keyOfVertex);

    var point = Ops.call("aten::div.Scalar_mode", corner, vertices.corners(), "floor");
    splat = new WeightedRows(point, firstOfVertex, weights.flatten(0).indexSelect(0, corner));
    var vertexOfCorner = corner.zerosLike().scatter(0, corner, vertexOfKey);
    slice = WeightedRows.ofEqualLists(vertexOfCorner.reshape(weights.shape().sizes()), weights);
  }

  /// out[p] ≈ Σ over q of exp(−|feature_p − feature_q|² / 2) · values[q], p itself included; all
  /// values are NaN if a feature is not finite or too far from the origin for the lattice.
  ///
  /// @param values float32 [N, C]
  /// @return [N, C]
  Tensor filter(Tensor values) {
    var rows = splat.sum(values); // [M, C]
    for (int axis = 0; axis < vertices.corners(); axis++) {
      var before = rows;
      double unit = vertices.unit(axis);
      rows = TensorScope.scoped(() -> blur(unit).sum(before));
      before.close();
    }
    // The share of its own value that blurring returns to a lone vertex: dividing by it makes the
    // filter's peak 1.
    double own = 1 + Math.pow(2, -vertices.dimensions());
    return slice.sum(rows).div(own).maskedFill(inRange.logicalNot(), Double.NaN);
  }

  /// The blur [1/2, 1, 1/2] along an axis. An unoccupied neighbour has weight 0, whatever its
  /// index; the values of unused vertices are never read.
  private WeightedRows blur(double unit) {
    var wanted = Tensor.stack(List.of(above.sub(unit), below.add(unit)), 1); // [M, 2]
    int last = (int) keys.size(0) - 1;
    var position = searchSorted(keys, wanted).clampMax(last).flatten(0);
    var isOccupied = keys.indexSelect(0, position).reshape(-1, 2).eq(wanted);
    var self = Tensor.arange(0, last + 1, DType.INT64, keys.device()).unsqueeze(1);
    var neighbours = vertexOfKey.indexSelect(0, position).reshape(-1, 2);
    var halves = isOccupied.to(DType.FLOAT32).mul(0.5);
    return WeightedRows.ofEqualLists(
        Tensor.cat(List.of(self, neighbours), 1), halves.pad(1, 1, 0)); // [M, 3]
  }

  private static Tensor searchSorted(Tensor ascending, Tensor wanted) {
    return Ops.call("aten::searchsorted.Tensor", ascending, wanted);
  }
}
