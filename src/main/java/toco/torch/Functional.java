package toco.torch;

import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Layers as functions of their input and weights, as in `torch.nn.functional`, and fused forms of
/// them for transformer blocks. Activations are methods of [Tensor], losses are in [Losses].
public final class Functional {
  private Functional() {}

  /// Two numbers, for the height and width of an image.
  public record Pair(long h, long w) {
    /// The same number for height and width.
    public static Pair of(long both) {
      return new Pair(both, both);
    }

    MemorySegment segment() {
      return longs(h, w);
    }
  }

  /// `input · weightᵀ + bias`.
  ///
  /// @param input [..., in]
  /// @param weight [out, in]
  /// @param bias \[out] or null
  /// @return [..., out]
  public static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias) {
    return result(TocoTorch.tt_linear(input.handle(), weight.handle(), handle(bias), out()));
  }

  /// 2-D convolution.
  ///
  /// @param input [B, C, H, W]
  /// @param weight [O, C / groups, kh, kw]
  /// @param bias \[O] or null
  /// @return [B, O, H', W']
  public static Tensor conv2d(
      Tensor input,
      Tensor weight,
      @Nullable Tensor bias,
      Pair stride,
      Pair padding,
      Pair dilation,
      long groups) {
    return result(
        TocoTorch.tt_conv2d(
            input.handle(),
            weight.handle(),
            handle(bias),
            stride.segment(),
            padding.segment(),
            dilation.segment(),
            groups,
            out()));
  }

  /// 2-D max pooling.
  ///
  /// @param input [B, C, H, W]
  /// @return [B, C, H', W']
  public static Tensor maxPool2d(Tensor input, Pair kernel, Pair stride, Pair padding) {
    return result(
        TocoTorch.tt_max_pool2d(
            input.handle(), kernel.segment(), stride.segment(), padding.segment(), out()));
  }

  /// 2-D average pooling; padding counts as zeros.
  ///
  /// @param input [B, C, H, W]
  /// @return [B, C, H', W']
  public static Tensor avgPool2d(Tensor input, Pair kernel, Pair stride, Pair padding) {
    return result(
        TocoTorch.tt_avg_pool2d(
            input.handle(), kernel.segment(), stride.segment(), padding.segment(), out()));
  }

  /// 1-D convolution.
  ///
  /// @param input [B, C, L]
  /// @param weight [O, C / groups, k]
  /// @param bias \[O] or null
  public static Tensor conv1d(
      Tensor input, Tensor weight, @Nullable Tensor bias, long stride, long padding) {
    return Ops.call("aten::conv1d", input, weight, bias, new long[] {stride}, new long[] {padding});
  }

  /// 2-D transposed convolution.
  ///
  /// @param input [B, C, H, W]
  /// @param weight [C, O, k, k]
  /// @param bias \[O] or null
  public static Tensor convTranspose2d(
      Tensor input, Tensor weight, @Nullable Tensor bias, Pair stride, Pair padding) {
    return Ops.call(
        "aten::conv_transpose2d.input",
        input,
        weight,
        bias,
        new long[] {stride.h(), stride.w()},
        new long[] {padding.h(), padding.w()});
  }

  /// 2-D adaptive average pooling to a grid of `size`.
  ///
  /// @param input [B, C, H, W]
  /// @return [B, C, h, w]
  public static Tensor adaptiveAvgPool2d(Tensor input, Pair size) {
    return Ops.call("aten::adaptive_avg_pool2d", input, new long[] {size.h(), size.w()});
  }

  /// Batch normalisation, per channel.
  ///
  /// @param input [B, C, ...]
  /// @param weight \[C], or null for ones
  /// @param bias \[C], or null for zeros
  /// @param runningMean \[C], updated in place if `training`, used for normalising otherwise
  /// @param runningVar the same for the variance
  /// @param momentum weight of the batch in the running statistics
  public static Tensor batchNorm(
      Tensor input,
      @Nullable Tensor weight,
      @Nullable Tensor bias,
      Tensor runningMean,
      Tensor runningVar,
      boolean training,
      double momentum,
      double eps) {
    return Ops.call(
        "aten::batch_norm",
        input,
        weight,
        bias,
        runningMean,
        runningVar,
        training,
        momentum,
        eps,
        false);
  }

  /// Group normalisation, over groups of channels of each sample.
  ///
  /// @param input [B, C, ...]
  /// @param weight \[C] or null
  /// @param bias \[C] or null
  public static Tensor groupNorm(
      Tensor input, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return Ops.call("aten::group_norm", input, groups, weight, bias, eps, false);
  }

  /// Layer normalisation over the last dimensions.
  ///
  /// @param input [..., normalised dimensions]
  /// @param weight of the shape of the normalised dimensions
  /// @param bias of the same shape, or null
  public static Tensor layerNorm(Tensor input, Tensor weight, @Nullable Tensor bias, double eps) {
    return result(
        TocoTorch.tt_layer_norm(input.handle(), weight.handle(), handle(bias), eps, out()));
  }

  /// `linear(layerNorm(input, normWeight, normBias, eps), weight, null)`, fused: the normalised
  /// input is not kept but recomputed in the backward pass.
  ///
  /// @param input [..., in]
  /// @param normWeight \[in]
  /// @param normBias \[in]
  /// @param weight [out, in]
  /// @return [..., out]
  public static Tensor normLinear(
      Tensor input, Tensor normWeight, Tensor normBias, double eps, Tensor weight) {
    return result(
        TocoTorch.tt_norm_linear(
            input.handle(), normWeight.handle(), normBias.handle(), eps, weight.handle(), out()));
  }

  /// `residual + linear(gelu(hidden + hiddenBias), weight, bias)`, fused: the GELU's output is not
  /// kept but recomputed in the backward pass.
  ///
  /// @param residual [..., out]
  /// @param hidden [..., in]
  /// @param hiddenBias \[in] or null
  /// @param weight [out, in]
  /// @param bias \[out] or null
  /// @return [..., out]
  public static Tensor geluLinear(
      Tensor residual,
      Tensor hidden,
      @Nullable Tensor hiddenBias,
      Tensor weight,
      @Nullable Tensor bias) {
    return result(
        TocoTorch.tt_gelu_linear(
            residual.handle(),
            hidden.handle(),
            handle(hiddenBias),
            weight.handle(),
            handle(bias),
            out()));
  }

  /// `residual + linear(input, weight, bias)`, fused.
  ///
  /// @param residual [..., out]
  /// @param input [..., in]
  /// @param weight [out, in]
  /// @param bias \[out] or null
  /// @return [..., out]
  public static Tensor linearAdd(
      Tensor residual, Tensor input, Tensor weight, @Nullable Tensor bias) {
    return result(
        TocoTorch.tt_linear_add(
            residual.handle(), input.handle(), weight.handle(), handle(bias), out()));
  }

  /// `softmax(query · keyᵀ · scale) · value`, LibTorch's `scaled_dot_product_attention`.
  ///
  /// @param query [B, heads, N, d]
  /// @param key [B, heads, M, d]
  /// @param value [B, heads, M, d]
  /// @param scale factor on the scores; NaN for 1 / √d
  /// @return [B, heads, N, d]
  public static Tensor attention(Tensor query, Tensor key, Tensor value, double scale) {
    return result(
        TocoTorch.tt_attention(
            query.handle(), key.handle(), value.handle(), MemorySegment.NULL, scale, out()));
  }

  /// Self-attention: [#attention] of the queries, keys and values in one tensor. On the CPU in
  /// float32, with d a multiple of 16, it runs this library's own kernel, else LibTorch's.
  ///
  /// @param qkv output of the qkv layer without its bias, [B, T, 3 · heads · d]
  /// @param bias of the qkv layer, [3 · heads · d], or null
  /// @param scale factor on the scores
  /// @return [B, T, heads · d]
  public static Tensor selfAttention(Tensor qkv, @Nullable Tensor bias, int heads, double scale) {
    return result(TocoTorch.tt_self_attention(qkv.handle(), handle(bias), heads, scale, out()));
  }

  /// Dropout: in training, zeroes elements with probability `p` and scales the others by 1 / (1 −
  /// p); otherwise returns the input.
  public static Tensor dropout(Tensor input, double p, boolean training) {
    return result(TocoTorch.tt_dropout(input.handle(), p, training ? 1 : 0, out()));
  }

  /// Embedding lookup: the rows of `weight` at the positions `index`.
  ///
  /// @param weight [entries, width]
  /// @param index int64, any shape
  /// @return [..., width]
  public static Tensor embedding(Tensor weight, Tensor index) {
    return result(TocoTorch.tt_embedding(weight.handle(), index.handle(), out()));
  }

  private static MemorySegment handle(@Nullable Tensor tensor) {
    return tensor == null ? MemorySegment.NULL : tensor.handle();
  }
}
