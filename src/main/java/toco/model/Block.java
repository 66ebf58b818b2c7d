package toco.model;

import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.model.RotaryEmbedding.Rotation;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A pre-norm transformer block, timm's `Block`:
///
/// ```python
/// x = x + self.ls1(self.attn(self.norm1(x)))
/// x = x + self.ls2(self.mlp(self.norm2(x)))
/// ```
final class Block {
  private final LayerNorm norm1;
  private final Attention attn;
  private final LayerScale ls1;
  private final LayerNorm norm2;
  private final Mlp mlp;
  private final LayerScale ls2;

  Block(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    norm1 = new LayerNorm(params.child("norm1"), width, shape.layerNormEps());
    attn = new Attention(params.child("attn"), shape, initStd);
    ls1 = new LayerScale(params.child("ls1"), shape);
    norm2 = new LayerNorm(params.child("norm2"), width, shape.layerNormEps());
    mlp = new Mlp(params.child("mlp"), shape, initStd);
    ls2 = new LayerScale(params.child("ls2"), shape);
  }

  /// @param tokens [B, T, D]
  /// @param rotation of queries and keys, or null for none
  /// @return [B, T, D]
  Tensor forward(Tensor tokens, @Nullable Rotation rotation) {
    return forward(tokens, rotation, DropPath.OFF);
  }

  /// The same with dropped branches.
  Tensor forward(Tensor tokens, @Nullable Rotation rotation, DropPath drop) {
    return TensorScope.scoped(() -> {
      var sum = attn.forwardAddResidual(norm1, tokens, ls1, rotation); // x + ls1(attn(norm1(x)))
      var x = drop.attention(tokens, sum);
      return drop.mlp(x, mlp.forwardAddResidual(norm2, x, ls2)); // x + ls2(mlp(norm2(x)))
    });
  }

  /// See [Attention#scores].
  ///
  /// @param tokens [B, T, D]
  Tensor attentionScores(Tensor tokens, long from, long to, @Nullable Rotation rotation) {
    return attn.scores(norm1.forward(tokens), from, to, rotation);
  }

  /// Equals the first `count` tokens of [#forward], which attend to all tokens; the results of the
  /// other tokens are not computed.
  ///
  /// @param tokens [B, T, D]
  /// @param count at most the tokens before the patch tokens
  /// @param rotation of keys, or null for none
  /// @return [B, count, D]
  Tensor forwardPrefix(Tensor tokens, long count, @Nullable Rotation rotation, DropPath drop) {
    return TensorScope.scoped(() -> {
      var sum = attn.forwardPrefixAddResidual(norm1, tokens, count, ls1, rotation);
      var x = drop.attention(tokens.slice(1, 0, count), sum);
      return drop.mlp(x, mlp.forwardAddResidual(norm2, x, ls2));
    });
  }
}
