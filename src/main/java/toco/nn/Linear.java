package toco.nn;

import org.jspecify.annotations.Nullable;
import toco.torch.Functional;
import toco.torch.Tensor;

/// `x · weightᵀ + bias`: weight [out, in], bias \[out].
public final class Linear {
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /// A layer with PyTorch's default first values.
  public Linear(Parameters params, long in, long out) {
    double bound = 1 / Math.sqrt((double) in);
    weight = params.add("weight", Init.uniformFanIn(out, in));
    bias = params.add("bias", Tensor.zeros(out).uniform_(-bound, bound));
  }

  /// A layer with truncated-normal weights of deviation `std` and, if wanted, a zero bias, as in
  /// vision transformers.
  public Linear(Parameters params, long in, long out, boolean withBias, double std) {
    weight = params.add("weight", Init.truncatedNormal(std, out, in));
    bias = withBias ? params.add("bias", Tensor.zeros(out)) : null;
  }

  /// @param x [..., in]
  /// @return [..., out]
  public Tensor forward(Tensor x) {
    return Functional.linear(x, weight, bias);
  }

  /// The outputs `from`…`to`, exclusive.
  ///
  /// @param x [..., in]
  /// @return [..., to − from]
  public Tensor forwardRows(Tensor x, long from, long to) {
    return Functional.linear(
        x, weight.slice(0, from, to), bias == null ? null : bias.slice(0, from, to));
  }

  /// `residual + forward(x)`, in one go.
  ///
  /// @param residual [..., out]
  /// @param x [..., in]
  /// @return [..., out]
  public Tensor addTo(Tensor residual, Tensor x) {
    return Functional.linearAdd(residual, x, weight, bias);
  }

  /// `residual + forward(gelu(hidden))`, in one go and with less memory until the backward pass.
  ///
  /// @param residual [..., out]
  /// @param before the layer that gave `hidden`, whose bias is still to be added
  /// @param hidden [..., in]
  /// @return [..., out]
  public Tensor addOfGeluTo(Tensor residual, Linear before, Tensor hidden) {
    return Functional.geluLinear(residual, hidden, before.bias(), weight, bias);
  }

  /// What is added to each row, \[out], if anything.
  public @Nullable Tensor bias() {
    return bias;
  }

  Tensor weight() {
    return weight;
  }
}
