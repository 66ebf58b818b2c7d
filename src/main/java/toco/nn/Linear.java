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

  /// A product, and the bias that the operator after it has still to add.
  ///
  /// @param value [..., out]
  /// @param bias \[out], or null if there is none to add
  public record Product(Tensor value, @Nullable Tensor bias) {
    /// The sum of both, [..., out].
    public Tensor sum() {
      return bias == null ? value : value.add(bias.to(value.dtype()));
    }
  }

  /// Layer norm, then this layer. For the result `product`, `product.sum()` equals
  ///
  /// ```java
  /// x = norm.forward(x);
  /// return forward(x);
  /// ```
  ///
  /// On the CPU both are fused, the normalised input is recomputed in the backward pass, and the
  /// bias is left to the operator after it. Other devices keep the input and add the bias within
  /// the product, because starting a kernel takes them longer than its arithmetic.
  ///
  /// @param x [..., in]
  public Product normProduct(LayerNorm norm, Tensor x) {
    return normProduct(norm, x, bias);
  }

  /// The same with another bias.
  ///
  /// @param added \[out], or null for none
  public Product normProduct(LayerNorm norm, Tensor x, @Nullable Tensor added) {
    return x.device().isCpu()
        ? new Product(norm.forwardLinear(x, weight), added)
        : new Product(Functional.linear(norm.forward(x), weight, added), null);
  }

  /// Bias, GELU, this layer and a residual, fused; the GELU is recomputed in the backward pass.
  /// Equals
  ///
  /// ```java
  /// x = hidden.add(hiddenBias).gelu();
  /// return residual.add(forward(x));
  /// ```
  ///
  /// @param hidden [..., in], as from [#normProduct]
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
