package toco.nn;

import org.jspecify.annotations.Nullable;
import toco.torch.Functional;
import toco.torch.Tensor;

/// `x · weightᵀ + bias`: weight [out, in], bias \[out].
///
/// Besides [#forward] there are fused forms for transformer blocks, which use less memory. Each
/// states the plain code that it equals, up to the order of float32 sums.
public final class Linear {
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /// A layer with PyTorch's default initialisation.
  public Linear(Parameters params, long in, long out) {
    double bound = 1 / Math.sqrt((double) in);
    weight = params.add("weight", Init.uniformFanIn(out, in));
    bias = params.add("bias", Tensor.zeros(out).uniform_(-bound, bound));
  }

  /// A layer initialised as in vision transformers: truncated-normal weights with standard
  /// deviation `std`, and a zero bias if `withBias`.
  public Linear(Parameters params, long in, long out, boolean withBias, double std) {
    weight = params.add("weight", Init.truncatedNormal(std, out, in));
    bias = withBias ? params.add("bias", Tensor.zeros(out)) : null;
  }

  private Linear(Tensor weight, @Nullable Tensor bias) {
    this.weight = weight;
    this.bias = bias;
  }

  /// This layer with its outputs multiplied by `gamma`, for one forward pass. Its weights are
  /// multiplied instead of its outputs, which are many more in training; gradients reach `gamma`
  /// and this layer's weights. For the result `scaled`, `scaled.forward(x)` equals
  ///
  /// ```java
  /// forward(x).mul(gamma)
  /// ```
  ///
  /// @param gamma \[out]
  public Linear scaledBy(Tensor gamma) {
    return new Linear(weight.mul(gamma.unsqueeze(1)), bias == null ? null : bias.mul(gamma));
  }

  /// @param x [..., in]
  /// @return [..., out]
  public Tensor forward(Tensor x) {
    return Functional.linear(x, weight, bias);
  }

  /// Only the outputs `from`…`to`, exclusive. Equals
  ///
  /// ```java
  /// forward(x).slice(-1, from, to)
  /// ```
  ///
  /// @param x [..., in]
  /// @return [..., to − from]
  public Tensor forwardOutputs(Tensor x, long from, long to) {
    return Functional.linear(
        x, weight.slice(0, from, to), bias == null ? null : bias.slice(0, from, to));
  }

  /// Linear plus residual, fused. Equals
  ///
  /// ```java
  /// residual.add(forward(x))
  /// ```
  ///
  /// @param x [..., in]
  /// @param residual [..., out]
  /// @return [..., out]
  public Tensor forwardAddResidual(Tensor x, Tensor residual) {
    return Functional.linearAdd(residual, x, weight, bias);
  }

  /// Layer norm, then this layer without its bias, fused; the normalised input is recomputed in the
  /// backward pass. Equals
  ///
  /// ```java
  /// x = norm.forward(x);
  /// return Functional.linear(x, weight, null);
  /// ```
  ///
  /// @param x [..., in]
  /// @return [..., out], for an operator that adds [#bias]
  public Tensor normForwardNoBias(LayerNorm norm, Tensor x) {
    return norm.forwardLinear(x, weight);
  }

  /// Layer norm, then this layer, partly fused as [#normForwardNoBias]. Equals
  ///
  /// ```java
  /// x = norm.forward(x);
  /// return forward(x);
  /// ```
  ///
  /// @param x [..., in]
  /// @return [..., out]
  public Tensor normForward(LayerNorm norm, Tensor x) {
    var product = normForwardNoBias(norm, x);
    return bias == null ? product : product.add(bias.to(product.dtype()));
  }

  /// Bias, GELU, this layer and a residual, fused; the GELU is recomputed in the backward pass.
  /// Equals
  ///
  /// ```java
  /// x = hidden.add(hiddenBias).gelu();
  /// return residual.add(forward(x));
  /// ```
  ///
  /// @param hidden [..., in], as from [#normForwardNoBias]
  /// @param hiddenBias \[in], or null for none
  /// @param residual [..., out]
  /// @return [..., out]
  public Tensor geluForwardAddResidual(
      Tensor hidden, @Nullable Tensor hiddenBias, Tensor residual) {
    return Functional.geluLinear(residual, hidden, hiddenBias, weight, bias);
  }

  /// The bias \[out], or null if the layer has none.
  public @Nullable Tensor bias() {
    return bias;
  }
}
