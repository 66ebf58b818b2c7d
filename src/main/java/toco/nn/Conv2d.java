package toco.nn;

import org.jspecify.annotations.Nullable;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.Tensor;

/// 2-D convolution with a square kernel: weight [out, in, k, k], optional bias \[out].
public final class Conv2d {
  /// Kernel size, stride, padding and dilation in pixels, the same for height and width.
  public record Geometry(int kernel, int stride, int padding, int dilation) {
    /// A 1×1 kernel.
    public static final Geometry POINTWISE = new Geometry(1, 1, 0, 1);

    /// A dilated 3×3 kernel, padded so that the output has the input's size.
    public static Geometry dilated3x3(int dilation) {
      return new Geometry(3, 1, dilation, dilation);
    }
  }

  private final Tensor weight;
  private final @Nullable Tensor bias;
  private final Geometry geometry;

  /// A layer with PyTorch's default initialisation.
  public Conv2d(Parameters params, long in, long out, Geometry geometry, boolean withBias) {
    this.geometry = geometry;
    int k = geometry.kernel();
    weight = params.add("weight", Init.uniformFanIn(out, in, k, k));
    double bound = 1 / Math.sqrt((double) in * k * k);
    bias = withBias ? params.add("bias", Tensor.zeros(out).uniform_(-bound, bound)) : null;
  }

  /// @param x [B, in, H, W]
  /// @return [B, out, H', W']
  public Tensor forward(Tensor x) {
    return Functional.conv2d(
        x,
        weight,
        bias,
        Pair.of(geometry.stride()),
        Pair.of(geometry.padding()),
        Pair.of(geometry.dilation()),
        1);
  }
}
