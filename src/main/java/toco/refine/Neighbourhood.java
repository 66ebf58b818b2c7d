package toco.refine;

import java.util.stream.DoubleStream;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// The neighbours of every pixel in [Par]: eight at each of several distances. Neighbours beyond
/// the edge of the image are replaced by the nearest edge pixel.
///
/// @param indices int64 [N, n]: indices of the neighbours of each pixel, row by row
/// @param positionWeights float32 [n]: weights by distance; they sum to 0.01
record Neighbourhood(Tensor indices, Tensor positionWeights) {
  private static final double POSITION_WEIGHT = 0.01; // w2 of the paper
  private static final double POSITION_SCALE = 0.3;
  private static final int[][] DIRECTIONS = {
    {-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}, {1, 1}
  };

  static Neighbourhood of(long[] dilations, int height, int width, Device device) {
    int count = dilations.length * DIRECTIONS.length;
    var dy = new long[count];
    var dx = new long[count];
    var distance = new double[count];
    for (int n = 0; n < count; n++) {
      long dilation = dilations[n / DIRECTIONS.length];
      var direction = DIRECTIONS[n % DIRECTIONS.length];
      dy[n] = direction[0] * dilation;
      dx[n] = direction[1] * dilation;
      distance[n] = Math.hypot((double) dy[n], (double) dx[n]);
    }
    // Non-blocking: a host array that is not pinned is read before the call returns, without
    // waiting for the stream.
    var rows = clampedSums(height, Tensor.of(dy).to(device, true)); // [H, n]
    var columns = clampedSums(width, Tensor.of(dx).to(device, true)); // [W, n]
    var indices = rows.mul(width).unsqueeze(1).add(columns); // [H, W, n]
    return new Neighbourhood(indices.flatten(0, 1), Tensor.of(weights(distance)).to(device, true));
  }

  /// 0…size−1 plus each offset, clamped to 0…size−1.
  private static Tensor clampedSums(int size, Tensor offsets) {
    return Tensor.arange(0, size, DType.INT64, offsets.device())
        .unsqueeze(1)
        .add(offsets)
        .clamp(0, size - 1);
  }

  /// 0.01 · softmax of −(distance / std / 0.3)².
  private static float[] weights(double[] distance) {
    double mean = DoubleStream.of(distance).average().orElseThrow();
    double squares = DoubleStream.of(distance).map(d -> (d - mean) * (d - mean)).sum();
    double scale = Math.sqrt(squares / (distance.length - 1)) * POSITION_SCALE;
    double nearest = DoubleStream.of(distance).min().orElseThrow();
    var exponentials =
        DoubleStream.of(distance)
            .map(d -> Math.exp((nearest * nearest - d * d) / (scale * scale)))
            .toArray();
    double total = DoubleStream.of(exponentials).sum();
    var weights = new float[distance.length];
    for (int n = 0; n < weights.length; n++) {
      weights[n] = (float) (POSITION_WEIGHT * exponentials[n] / total);
    }
    return weights;
  }
}
