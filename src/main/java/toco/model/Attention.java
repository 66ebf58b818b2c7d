package toco.model;

import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.model.RotaryEmbedding.Rotation;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Functional;
import toco.torch.Tensor;

/// Multi-head self-attention.
final class Attention {
  private final QkvProjection qkv;
  private final Linear proj;
  private final int numHeads;
  private final double scale;

  Attention(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    qkv = new QkvProjection(params, shape, initStd);
    proj = new Linear(params.child("proj"), width, width, true, initStd);
    numHeads = shape.numHeads();
    scale = shape.attentionScale();
  }

  /// `x + layerScale(attn(norm(x)))`.
  ///
  /// @param x tokens [B, T, D]
  /// @param rotation of queries and keys, or null for none
  /// @return [B, T, D]
  Tensor forwardAddResidual(
      LayerNorm norm, Tensor x, LayerScale layerScale, @Nullable Rotation rotation) {
    var projected = qkv.normProduct(norm, x); // [B, T, 3·D]
    var attended =
        rotation == null
            ? Functional.selfAttention(projected.value(), projected.bias(), numHeads, scale)
            : rotatedAttention(projected.sum(), rotation);
    return layerScale.scaled(proj).forwardAddResidual(attended, x);
  }

  private Tensor rotatedAttention(Tensor biased, Rotation rotation) {
    long batch = biased.size(0);
    long tokens = biased.size(1);
    long width = biased.size(2) / 3;
    long headDim = width / numHeads;
    var rotated =
        rotation
            .rotate(biased.slice(2, 0, 2 * width).reshape(batch, tokens, 2L * numHeads, headDim))
            .reshape(batch, tokens, 2, numHeads, headDim)
            .permute(2, 0, 3, 1, 4); // queries and keys [2, B, heads, T, d]
    var values =
        biased
            .slice(2, 2 * width, 3 * width)
            .reshape(batch, tokens, numHeads, headDim)
            .transpose(1, 2); // [B, heads, T, d]
    return Functional.attention(rotated.select(0, 0), rotated.select(0, 1), values, scale)
        .transpose(1, 2)
        .reshape(batch, tokens, width);
  }

  /// The first `count` tokens of `x + layerScale(attn(norm(x)))`; they attend to all tokens. The
  /// queries of the other tokens are not computed.
  ///
  /// @param x tokens [B, T, D]
  /// @param count at most the tokens before the patch tokens, whose queries are not rotated
  /// @param rotation of keys, or null for none
  /// @return [B, count, D]
  Tensor forwardPrefixAddResidual(
      LayerNorm norm, Tensor x, long count, LayerScale layerScale, @Nullable Rotation rotation) {
    var size = x.shape();
    long batch = size.size(0);
    long width = size.size(2);
    var normed = norm.forward(x);
    var query =
        qkv.outputs(normed.slice(1, 0, count), 0, width)
            .reshape(batch, count, numHeads, width / numHeads)
            .transpose(1, 2); // [B, heads, count, d]
    var keysAndValues =
        qkv.outputs(normed, width, 3 * width)
            .reshape(batch, size.size(1), 2, numHeads, width / numHeads); // [B, T, 2, heads, d]
    var keys = keysAndValues.select(2, 0); // [B, T, heads, d]
    var rotated = rotation == null ? keys : rotation.rotate(keys);
    var attended =
        Functional.attention(
                query, rotated.transpose(1, 2), keysAndValues.select(2, 1).transpose(1, 2), scale)
            .transpose(1, 2)
            .reshape(batch, count, width);
    return layerScale.scaled(proj).forwardAddResidual(attended, x.slice(1, 0, count));
  }

  /// Queries times keys, before softmax and without the scale.
  ///
  /// @param normed tokens [B, T, D]
  /// @param from first token whose queries and keys are taken
  /// @param to end of the queries, exclusive; keys are taken of all tokens after `from`
  /// @param rotation of keys, or null for none
  /// @return [B, heads, to − from, T − from]
  Tensor scores(Tensor normed, long from, long to, @Nullable Rotation rotation) {
    long batch = normed.size(0);
    long width = normed.size(2);
    long headDim = width / numHeads;
    var query =
        qkv.outputs(normed.slice(1, from, to), 0, width)
            .reshape(batch, to - from, numHeads, headDim)
            .transpose(1, 2); // [B, heads, to − from, d]
    var keys =
        qkv.outputs(normed, width, 2 * width).reshape(batch, normed.size(1), numHeads, headDim);
    var rotated = (rotation == null ? keys : rotation.rotate(keys)).slice(1, from, Long.MAX_VALUE);
    return query.matmul(rotated.permute(0, 2, 3, 1)); // [B, heads, to − from, T − from]
  }
}
