package toco.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import toco.config.EncoderShape;
import toco.config.VitVariant.Resampling;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Ops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// DINOv3's rotary position embedding: queries and keys of patch tokens are rotated by angles that
/// depend on the patch's row and column, those of class and register tokens are not. Coordinates
/// run from −1 to 1 over the image whatever its size, so nothing is stored or resampled.
///
/// Tables are computed once per grid; of many grids, as in evaluation at the images' own sizes, the
/// first [#KEPT] are kept.
public final class RotaryEmbedding implements AutoCloseable {
  private static final double TEMPERATURE = 100;
  private static final int KEPT = 16;

  private final int headDim;
  private final int prefixTokens;
  private final boolean roundedPeriods;
  private final Map<Grid, Rotation> kept = new HashMap<>();

  /// @param headDim channels per head, d; a multiple of 4
  /// @param prefixTokens tokens before the patch tokens, which are not rotated
  /// @param roundedPeriods whether periods are rounded to bfloat16, as in the publisher's files
  public RotaryEmbedding(int headDim, int prefixTokens, boolean roundedPeriods) {
    this.headDim = headDim;
    this.prefixTokens = prefixTokens;
    this.roundedPeriods = roundedPeriods;
  }

  /// That of an encoder; with [Resampling#ORIGINAL], periods are rounded.
  public static RotaryEmbedding of(EncoderShape shape) {
    return of(shape, shape.prefixTokens());
  }

  /// The same with another number of tokens before the patch tokens.
  static RotaryEmbedding of(EncoderShape shape, int prefixTokens) {
    return new RotaryEmbedding(
        shape.embedDim() / shape.numHeads(),
        prefixTokens,
        shape.variant().resampling() == Resampling.ORIGINAL);
  }

  private record Grid(long h, long w, Device device) {}

  /// The rotation of the tokens of one grid. T = prefixTokens + N.
  ///
  /// @param cos [T, 1, d], 1 for prefix tokens
  /// @param sin [T, 1, d], 0 for prefix tokens; negated in the first half of the channels
  public record Rotation(Tensor cos, Tensor sin) {
    /// Rotates channel i of each head against channel i + d/2.
    ///
    /// @param heads queries or keys [B, T, heads, d]
    /// @return the same shape and dtype; computed in float32
    public Tensor rotate(Tensor heads) {
      var halves = new long[] {heads.size(3) / 2};
      var swapped = Ops.call("aten::roll", heads, halves, new long[] {-1});
      return Ops.call("aten::addcmul", heads.mul(cos), swapped, sin).to(heads.dtype());
    }
  }

  /// The periods of the angles, [d/4]: 100^(4k/d).
  public double[] periods() {
    var periods = new double[headDim / 4];
    Arrays.setAll(periods, k -> Math.pow(TEMPERATURE, 4.0 * k / headDim));
    if (!roundedPeriods) {
      return periods;
    }
    try (var _ = TensorScope.open()) {
      var floats = new float[periods.length];
      for (int k = 0; k < floats.length; k++) {
        floats[k] = (float) periods[k];
      }
      return Tensor.of(floats, floats.length).to(DType.BFLOAT16).toDoubleArray();
    }
  }

  /// The rotation for a grid, owned by this object or by the open scope.
  public synchronized Rotation of(long gridH, long gridW, Device device) {
    var grid = new Grid(gridH, gridW, device);
    var known = kept.get(grid);
    if (known != null) {
      return known;
    }
    var rotation = compute(grid);
    if (kept.size() < KEPT) {
      TensorScope.release(rotation.cos);
      TensorScope.release(rotation.sin);
      kept.put(grid, rotation);
    }
    return rotation;
  }

  private Rotation compute(Grid grid) {
    int quarter = headDim / 4;
    var periods = periods();
    int patches = Math.toIntExact(grid.h * grid.w);
    var cos = new float[(prefixTokens + patches) * headDim];
    var sin = new float[cos.length];
    Arrays.fill(cos, 0, prefixTokens * headDim, 1);
    for (int patch = 0; patch < patches; patch++) {
      int row = (prefixTokens + patch) * headDim;
      double y = coordinate(patch / grid.w, grid.h);
      double x = coordinate(patch % grid.w, grid.w);
      for (int k = 0; k < quarter; k++) {
        put(cos, sin, row + k, 2 * Math.PI * y / periods[k]);
        put(cos, sin, row + quarter + k, 2 * Math.PI * x / periods[k]);
      }
    }
    long tokens = (long) prefixTokens + patches;
    return new Rotation(
        Tensor.of(cos, tokens, 1, headDim).to(grid.device),
        Tensor.of(sin, tokens, 1, headDim).to(grid.device));
  }

  /// The centre of a patch, each axis by its own length.
  private static double coordinate(long index, long length) {
    return 2 * (index + 0.5) / length - 1;
  }

  private void put(float[] cos, float[] sin, int at, double angle) {
    int other = at + headDim / 2;
    cos[at] = cos[other] = (float) Math.cos(angle);
    sin[other] = (float) Math.sin(angle);
    sin[at] = -sin[other];
  }

  @Override
  public synchronized void close() {
    kept.values()
        .forEach(rotation -> {
          rotation.cos.close();
          rotation.sin.close();
        });
    kept.clear();
  }
}
