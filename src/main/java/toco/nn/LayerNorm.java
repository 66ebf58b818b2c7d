package toco.nn;

import toco.torch.Functional;
import toco.torch.Tensor;

/// Normalises the last dimension: weight and bias \[width].
public final class LayerNorm {
  private final Tensor weight;
  private final Tensor bias;
  private final double eps;

  /// @param params where its weights go, ones and zeros at first; they stay the tree's
  public LayerNorm(Parameters params, long width, double eps) {
    this.eps = eps;
    weight = params.add("weight", Tensor.ones(width));
    bias = params.add("bias", Tensor.zeros(width));
  }

  /// @param x [..., width]
  public Tensor forward(Tensor x) {
    return Functional.layerNorm(x, weight, bias, eps);
  }

  /// This layer, then a linear one but for its bias, which the next takes: with less memory until
  /// the backward pass.
  ///
  /// @param x [..., width]
  /// @return [..., out]
  public Tensor thenWithoutBias(Linear linear, Tensor x) {
    return Functional.normLinear(x, weight, bias, eps, linear.weight());
  }
}
