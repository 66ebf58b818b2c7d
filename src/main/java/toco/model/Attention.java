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

  /// @param norm the layer in front
  /// @param x tokens [B, T, D]
  /// @return tokens with their attention added, [B, T, D]
  Tensor addTo(Tensor x, LayerNorm norm) {
    var attended =
        Functional.selfAttention(norm.thenWithoutBias(qkv, x), qkv.bias(), numHeads, scale);
    return proj.addTo(x, attended);
  }

  /// The first tokens alone: they attend to all tokens, whose queries are not computed.
  ///
  /// @param x tokens [B, T, D]
  /// @param count how many tokens are wanted
  /// @return tokens with their attention added, [B, count, D]
  Tensor addToPrefix(Tensor x, LayerNorm norm, long count) {
    var size = x.shape();
    long batch = size.size(0);
    long width = size.size(2);
    var normed = norm.forward(x);
    var query =
        qkv.forwardRows(normed.slice(1, 0, count), 0, width)
            .reshape(batch, count, numHeads, width / numHeads)
            .transpose(1, 2); // [B, heads, count, d]
    var keysAndValues =
        qkv.forwardRows(normed, width, 3 * width)
            .reshape(batch, size.size(1), 2, numHeads, width / numHeads)
            .permute(2, 0, 3, 1, 4); // [2, B, heads, T, d]
    var mixed =
        Functional.attention(query, keysAndValues.select(0, 0), keysAndValues.select(0, 1), scale);
    return proj.addTo(x.slice(1, 0, count), mixed.transpose(1, 2).reshape(batch, count, width));
  }
}
