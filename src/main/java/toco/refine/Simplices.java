package toco.refine;

import java.util.ArrayList;
import java.util.List;
import toco.torch.DType;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The simplices of the permutohedral lattice that enclose points (Adams, Baek, Davis 2010, section
/// 3.2).
///
/// @param keys the d + 1 vertices as [VertexKeys], int64 [B, d + 1, N]
/// @param weights their barycentric coordinates, float32 [B, d + 1, N]
/// @param inRange whether all points of an image are finite and close enough to the origin, bool
///   \[B]; other points are moved to the origin
record Simplices(Tensor keys, Tensor weights, Tensor inRange) {

  /// @param features float32 [B, d, N], in standard deviations of the filter
  static Simplices enclosing(Tensor features, VertexKeys vertices) {
    try (var scope = TensorScope.open()) {
      var simplices = of(features, vertices);
      return new Simplices(
          scope.keep(simplices.keys), scope.keep(simplices.weights), scope.keep(simplices.inRange));
    }
  }

  private static Simplices of(Tensor features, VertexKeys vertices) {
    int corners = vertices.corners();
    var anywhere = elevate(features);
    var farthest = anywhere.abs().amax(new long[] {1}, true); // NaN stays NaN
    var near = farthest.lt(vertices.limit()); // [B, 1, N]
    var elevated = anywhere.maskedFill(near.logicalNot(), 0);

    // The nearest point whose coordinates are all multiples of d + 1; its sum may be off zero.
    var rounded = elevated.mul(1.0 / corners).round();
    var excess = rounded.sum(new long[] {1}, true).to(DType.INT64); // [B, 1, N]
    var order = rank(elevated.sub(rounded.mul(corners))).add(excess);
    // Bring the sum to zero by moving the coordinates that were rounded furthest.
    var move = order.lt(0).to(DType.INT64).sub(order.ge(corners).to(DType.INT64));
    var quotients = rounded.to(DType.INT64).add(move);
    var rank = order.add(move.mul(corners));

    var offset = elevated.sub(quotients.to(DType.FLOAT32).mul(corners)).div(corners);
    return new Simplices(
        walk(quotients, rank, vertices),
        barycentric(offset, rank),
        farthest.amax(new long[] {1, 2}, false).lt(vertices.limit()));
  }

  /// From features to the hyperplane of d + 1 coordinates that sum to 0, scaled so that splat, blur
  /// and slice together have unit standard deviation (section 3.1).
  private static Tensor elevate(Tensor features) {
    int dimensions = (int) features.size(1);
    var coordinates = new ArrayList<Tensor>();
    var sum = features.select(1, 0).zerosLike();
    for (int i = dimensions; i > 0; i--) {
      var scaled = features.select(1, i - 1).mul(scale(i - 1, dimensions));
      coordinates.addFirst(Ops.call("aten::sub.Tensor", sum, scaled, i)); // sum - i · scaled
      sum = sum.add(scaled);
    }
    coordinates.addFirst(sum);
    return Tensor.stack(coordinates, 1);
  }

  private static double scale(int axis, int dimensions) {
    return (float) (Math.sqrt(2.0 / 3) * (dimensions + 1) / Math.sqrt((axis + 1.0) * (axis + 2.0)));
  }

  /// The largest coordinate that features in 0..extent can get.
  static double reach(List<Double> extents) {
    int dimensions = extents.size();
    double sum = 0;
    double reach = 0;
    for (int i = dimensions; i > 0; i--) {
      double scaled = extents.get(i - 1) * scale(i - 1, dimensions);
      reach = Math.max(reach, i * scaled);
      sum += scaled;
    }
    return Math.max(reach, sum);
  }

  /// For each coordinate of a point, how many others are larger, or equal and earlier.
  private static Tensor rank(Tensor coordinates) {
    var axes =
        Tensor.arange(0, (int) coordinates.size(1), DType.INT64, coordinates.device())
            .reshape(-1, 1, 1); // [d + 1, 1, 1]
    var own = coordinates.unsqueeze(2); // [B, d + 1, 1, N]
    var other = coordinates.unsqueeze(1); // [B, 1, d + 1, N]
    var isFirst = axes.transpose(0, 1).lt(axes); // [d + 1, d + 1, 1]
    return other.ge(own).where(isFirst, other.gt(own)).sum(2);
  }

  /// The vertices in order of their remainders: each is one step up an axis from the one before,
  /// starting with the axis of the coordinate with the highest rank.
  private static Tensor walk(Tensor quotients, Tensor rank, VertexKeys vertices) {
    var units = vertices.units(rank.device());
    var byRank = rank.zerosLike().scatter(1, rank, units.expand(rank.shape().sizes()));
    var steps = byRank.flip(1).slice(1, 0, vertices.dimensions()).rsub(1); // 1 − unit, see up()
    return Tensor.cat(List.of(vertices.ofQuotients(quotients, units), steps), 1).cumsum(1);
  }

  /// The differences between a point's sorted offsets from the simplex's first vertex, taken
  /// cyclically; they sum to 1.
  private static Tensor barycentric(Tensor offset, Tensor rank) {
    var ascending = offset.zerosLike().scatter(1, rank, offset).flip(1);
    var before = Ops.call("aten::roll", ascending, new long[] {1}, new long[] {1});
    var weights = ascending.sub(before); // the first wraps around and lacks 1
    return Tensor.cat(
        List.of(weights.slice(1, 0, 1).add(1), weights.slice(1, 1, weights.size(1))), 1);
  }
}
