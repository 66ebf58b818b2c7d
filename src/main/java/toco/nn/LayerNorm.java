package toco.nn;

import toco.torch.Functional;
import toco.torch.Tensor;

/// Layer normalisation over the last dimension: weight and bias \[width].
public final class LayerNorm {
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /// @param params receives the weight (ones) and the bias (zeros), and owns them
  public LayerNorm(Parameters params, long width, double eps) {
    this.eps = eps;
    weight = params.add("weight", Tensor.ones(width));
    bias = params.add("bias", Tensor.zeros(width));
  }

  /// @param x [..., width]
  /// @return [..., width]
  public Tensor forward(Tensor x) {
    return Functional.layerNorm(x, weight, bias, eps);
  }

  /// See [Linear#normProduct(LayerNorm, Tensor)].
  Tensor forwardLinear(Tensor x, Tensor linearWeight) {
    return Functional.normLinear(x, weight, bias, eps, linearWeight);
  }
}
