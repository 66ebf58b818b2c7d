package toco.refine;

import java.util.List;
import java.util.function.Supplier;
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
/// Each of B images has a lattice of its own; all operators run over all images, and over all axes
/// where they can, because a GPU takes longer to start a kernel than to run it.
///
/// Its tensors belong to the scope that is open at construction.
final class PermutohedralLattice {
  private final VertexKeys vertices;
  private final Tensor inRange; // bool [B]
  private final Tensor keys; // int64 [B, M]: of the corners of all points, ascending
  private final Tensor vertexOfKey; // int64 [B, M]
  private final Tensor firstRows; // int64 [B, 1]: of each image in tables of all vertices
  private final Tensor above; // int64 [B, M]: VertexKeys.up of each vertex
  private final Tensor below; // int64 [B, M]
  private final WeightedRows splat; // from points to vertices
  private final WeightedRows slice; // from vertices to points

  /// @param features float32 [B, d, N], in standard deviations of the filter
  PermutohedralLattice(Tensor features) {
    vertices = new VertexKeys((int) features.size(1));
    var simplices = Simplices.enclosing(features, vertices);
    inRange = simplices.inRange();
    var weights = simplices.weights().transpose(1, 2).contiguous(); // [B, N, d + 1]
    var sorted = simplices.keys().transpose(1, 2).flatten(1).sort(1, false);
    var corner = sorted.indices(); // [B, M]: point · (d + 1) + k
    keys = sorted.values();
    int images = (int) keys.size(0);
    int room = (int) keys.size(1);
    var isNew = keys.slice(1, 1, room).ne(keys.slice(1, 0, room - 1));
    vertexOfKey = isNew.to(DType.INT64).pad(0, 1, 0).cumsum(1);

    var device = features.device();
    var image = Tensor.arange(0, images, DType.INT64, device).unsqueeze(1); // [B, 1]
    firstRows = image.mul(room);
    var all = Tensor.arange(0, room, DType.INT64, device).expand(images, room).contiguous();
    var firstOfVertex = searchSorted(vertexOfKey, all); // M for unused vertices
    var keyOfVertex = keys.gather(1, firstOfVertex.clampMax(room - 1));
    above = vertices.up(keyOfVertex);
    below = vertices.down(keyOfVertex);

    var point = Ops.call("aten::div.Scalar_mode", corner, vertices.corners(), "floor");
    splat =
        new WeightedRows(
            point.add(image.mul((int) features.size(2))).flatten(0),
            firstOfVertex.add(firstRows).flatten(0),
            weights.flatten(1).gather(1, corner).flatten(0));
    var vertexOfCorner = corner.zerosLike().scatter(1, corner, vertexOfKey).add(firstRows);
    slice =
        WeightedRows.ofEqualLists(
            vertexOfCorner.reshape(-1, vertices.corners()),
            weights.reshape(-1, vertices.corners()));
  }

  /// out[p] ≈ Σ over q of exp(−|feature_p − feature_q|² / 2) · values[q] over the points of an
  /// image, p itself included; all values of an image are NaN if one of its features is not finite
  /// or too far from the origin for the lattice.
  ///
  /// @param values float32 [B, N, C]
  /// @return [B, N, C]
  Tensor filter(Tensor values) {
    var rows = splat.sum(values.flatten(0, 1)); // [B · M, C]
    for (var blur : blurs()) {
      var before = rows;
      rows = blur.sum(before);
      before.close();
    }
    // The share of its own value that blurring returns to a lone vertex: dividing by it makes the
    // filter's peak 1.
    double own = 1 + Math.pow(2, -vertices.dimensions());
    return slice
        .sum(rows)
        .div(own)
        .reshape(values.shape().sizes())
        .maskedFill(inRange.logicalNot().reshape(-1, 1, 1), Double.NaN);
  }

  /// The blur [1/2, 1, 1/2] along each axis. An unoccupied neighbour has weight 0, whatever its
  /// index; the values of unused vertices are never read.
  private List<WeightedRows> blurs() {
    try (var scope = TensorScope.open()) {
      var wanted = TensorScope.scoped(this::wantedKeys);
      var position =
          TensorScope.scoped(
              () -> searchSorted(keys, wanted.flatten(1)).clampMax((int) keys.size(1) - 1));
      var isOccupied =
          TensorScope.scoped(
              () -> keys.gather(1, position).reshape(wanted.shape().sizes()).eq(wanted));
      wanted.close(); // tables of all axes are large: each is freed when the next one is made
      var neighbours =
          TensorScope.scoped(() ->
              vertexOfKey.gather(1, position).add(firstRows).reshape(isOccupied.shape().sizes()));
      position.close();
      var rows = // [A, B · M, 3]
          scope.keep(byAxis(() -> Tensor.cat(List.of(self(), neighbours), 3)));
      neighbours.close();
      var halves = scope.keep(byAxis(() -> isOccupied.to(DType.FLOAT32).mul(0.5).pad(1, 1, 0)));
      return WeightedRows.ofTables(rows, halves, scope);
    }
  }

  /// The keys of the neighbours above and below each vertex along each axis, int64 [B, A, M, 2].
  private Tensor wantedKeys() {
    var units = vertices.units(keys.device()); // [A, 1]
    return Tensor.stack(List.of(above.unsqueeze(1).sub(units), below.unsqueeze(1).add(units)), 3);
  }

  /// The number of each vertex, once per axis, [B, A, M, 1].
  private Tensor self() {
    long images = keys.size(0);
    long room = keys.size(1);
    return Tensor.arange(0, (int) (images * room), DType.INT64, keys.device())
        .reshape(images, 1, room, 1)
        .expand(images, vertices.corners(), room, 1);
  }

  /// [B, A, M, 3] as [A, B · M, 3].
  private static Tensor byAxis(Supplier<Tensor> neighbourhoods) {
    return TensorScope.scoped(
        () -> neighbourhoods.get().transpose(0, 1).contiguous().flatten(1, 2));
  }

  private static Tensor searchSorted(Tensor ascending, Tensor wanted) {
    return Ops.call("aten::searchsorted.Tensor", ascending, wanted);
  }
}
