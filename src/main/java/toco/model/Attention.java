package toco.model;

import toco.config.EncoderShape;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Functional;
import toco.torch.Tensor;

/// Multi-head self-attention.
final class Attention {
  private final Linear qkv;
  private final Linear proj;
  private final int numHeads;
  private final double scale;

  Attention(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    qkv = new Linear(params.child("qkv"), width, 3L * width, shape.qkvBias(), initStd);
    proj = new Linear(params.child("proj"), width, width, true, initStd);
    numHeads = shape.numHeads();
    scale = shape.attentionScale();
  }

  /// `x + attn(norm(x))`.
  ///
  /// @param x tokens [B, T, D]
  /// @return [B, T, D]
  Tensor forwardAddResidual(LayerNorm norm, Tensor x) {
    var projected = qkv.normForwardNoBias(norm, x); // [B, T, 3·D]
    var attended = Functional.selfAttention(projected, qkv.bias(), numHeads, scale);
    return proj.forwardAddResidual(attended, x);
  }

  /// The first `count` tokens of `x + attn(norm(x))`; they attend to all tokens. The queries of the
  /// other tokens are not computed.
  ///
  /// @param x tokens [B, T, D]
  /// @return [B, count, D]
  Tensor forwardPrefixAddResidual(LayerNorm norm, Tensor x, long count) {
    var size = x.shape();
    long batch = size.size(0);
    long width = size.size(2);
    var normed = norm.forward(x);
    var query =
        qkv.forwardOutputs(normed.slice(1, 0, count), 0, width)
            .reshape(batch, count, numHeads, width / numHeads)
            .transpose(1, 2); // [B, heads, count, d]
    var keysAndValues =
        qkv.forwardOutputs(normed, width, 3 * width)
            .reshape(batch, size.size(1), 2, numHeads, width / numHeads)
            .permute(2, 0, 3, 1, 4); // [2, B, heads, T, d]
    var attended =
        Functional.attention(query, keysAndValues.select(0, 0), keysAndValues.select(0, 1), scale)
            .transpose(1, 2)
            .reshape(batch, count, width);
    return proj.forwardAddResidual(attended, x.slice(1, 0, count));
  }
}
