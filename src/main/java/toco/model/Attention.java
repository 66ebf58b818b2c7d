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
  /// @return [B, T, D]
  Tensor forward(LayerNorm norm, Tensor x) {
    var size = x.shape();
    long batch = size.size(0);
    long tokens = size.size(1);
    long width = size.size(2);
    var heads =
        norm.then(qkv, x)
            .reshape(batch, tokens, 3, numHeads, width / numHeads)
            .permute(2, 0, 3, 1, 4); // [3, B, heads, T, d]
    var mixed =
        Functional.attention(
            heads.select(0, 0), heads.select(0, 1), heads.select(0, 2), scale); // [B, heads, T, d]
    return proj.forward(mixed.transpose(1, 2).reshape(batch, tokens, width));
  }
}
