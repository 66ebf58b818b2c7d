package toco.torch;

import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Layers as functions of their weights, as in `torch.nn.functional`.
public final class Functional {
  private Functional() {}

  /// Height and width, or any two numbers for the two dimensions of an image.
  public record Pair(long h, long w) {
    /// The same number twice.
    public static Pair of(long both) {
      return new Pair(both, both);
    }

    MemorySegment segment() {
      return longs(h, w);
    }
  }

  /// A matrix product with each row of `weight`, plus `bias`.
  ///
  /// @param input [..., in]
  /// @param weight [out, in]
  /// @param bias one value an output, or null
  /// @return [..., out]
  public static Tensor linear(Tensor input, Tensor weight, @Nullable Tensor bias) {
    return result(TocoTorch.tt_linear(input.handle(), weight.handle(), handle(bias), out()));
  }

  /// Convolution of images.
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

  /// The largest value under each window.
  ///
  /// @param input [B, C, H, W]
  public static Tensor maxPool2d(Tensor input, Pair kernel, Pair stride, Pair padding) {
    return result(
        TocoTorch.tt_max_pool2d(
            input.handle(), kernel.segment(), stride.segment(), padding.segment(), out()));
  }

  /// The mean under each window; padding counts as zeros.
  ///
  /// @param input [B, C, H, W]
  public static Tensor avgPool2d(Tensor input, Pair kernel, Pair stride, Pair padding) {
    return result(
        TocoTorch.tt_avg_pool2d(
            input.handle(), kernel.segment(), stride.segment(), padding.segment(), out()));
  }

  /// A convolution over one dimension.
  ///
  /// @param input [B, C, L]
  /// @param weight [O, C / groups, k]
  /// @param bias \[O] or null
  public static Tensor conv1d(
      Tensor input, Tensor weight, @Nullable Tensor bias, long stride, long padding) {
    return Ops.call("aten::conv1d", input, weight, bias, new long[] {stride}, new long[] {padding});
  }

  /// The transposed convolution, which enlarges.
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

  /// Means over a grid of h × w areas that cover the input.
  ///
  /// @param input [B, C, H, W]
  /// @return [B, C, h, w]
  public static Tensor adaptiveAvgPool2d(Tensor input, Pair size) {
    return Ops.call("aten::adaptive_avg_pool2d", input, new long[] {size.h(), size.w()});
  }

  /// Batch normalisation over all but the channels.
  ///
  /// @param input [B, C, ...]
  /// @param weight \[C], as are the others; null: 1
  /// @param bias null: 0
  /// @param runningMean changed in training; used otherwise
  /// @param momentum share of the batch in the running figures
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

  /// Normalisation over groups of channels of each sample.
  ///
  /// @param input [B, C, ...]
  /// @param weight \[C] or null, as is bias
  public static Tensor groupNorm(
      Tensor input, long groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
    return Ops.call("aten::group_norm", input, groups, weight, bias, eps, false);
  }

  /// Normalises over the last dimensions, those of `weight`.
  public static Tensor layerNorm(Tensor input, Tensor weight, @Nullable Tensor bias, double eps) {
    return result(
        TocoTorch.tt_layer_norm(input.handle(), weight.handle(), handle(bias), eps, out()));
  }

  /// `linear(layerNorm(input))` over the last dimension, without a bias and with less kept for the
  /// backward pass: the normalised input is computed again there.
  ///
  /// @param input [..., in]
  /// @param normWeight \[in], as is normBias
  /// @param weight [out, in]
  /// @return [..., out]
  public static Tensor normLinear(
      Tensor input, Tensor normWeight, Tensor normBias, double eps, Tensor weight) {
    return result(
        TocoTorch.tt_norm_linear(
            input.handle(), normWeight.handle(), normBias.handle(), eps, weight.handle(), out()));
  }

  /// `residual + linear(gelu(hidden + hiddenBias))`, with less kept for the backward pass: the GELU
  /// is computed again there.
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

  /// `residual + linear(input)`.
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

  /// LibTorch's fused `softmax(query · keyᵀ · scale) · value`.
  ///
  /// @param query [B, heads, N, d], as are key and value
  /// @param scale factor on the products; NaN for 1 / √d
  /// @return [B, heads, N, d]
  public static Tensor attention(Tensor query, Tensor key, Tensor value, double scale) {
    return result(
        TocoTorch.tt_attention(
            query.handle(), key.handle(), value.handle(), MemorySegment.NULL, scale, out()));
  }

  /// Attention of tokens to one another: [#attention] of queries, keys and values that lie side by
  /// side. On a CPU in float32, with heads of a multiple of 16 numbers, it is this project's own
  /// kernel, else LibTorch's.
  ///
  /// @param qkv [B, T, 3 · heads · d]
  /// @param bias added to each of qkv's rows, [3 · heads · d], or null
  /// @param scale factor on the products
  /// @return [B, T, heads · d]
  public static Tensor selfAttention(Tensor qkv, @Nullable Tensor bias, int heads, double scale) {
    return result(TocoTorch.tt_self_attention(qkv.handle(), handle(bias), heads, scale, out()));
  }

  /// Zeroes elements with probability `p` and scales the rest; the input itself when not training.
  public static Tensor dropout(Tensor input, double p, boolean training) {
    return result(TocoTorch.tt_dropout(input.handle(), p, training ? 1 : 0, out()));
  }

  /// The rows of `weight` that `index` names.
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
