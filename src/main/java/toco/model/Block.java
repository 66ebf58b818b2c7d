package toco.model;

import toco.config.EncoderShape;
import toco.nn.LayerNorm;
import toco.nn.Parameters;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A pre-norm transformer block, timm's `Block`:
///
/// ```python
/// x = x + self.attn(self.norm1(x))
/// x = x + self.mlp(self.norm2(x))
/// ```
final class Block {
  private final LayerNorm norm1;
  private final Attention attn;
  private final LayerNorm norm2;
  private final Mlp mlp;

  Block(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    norm1 = new LayerNorm(params.child("norm1"), width, shape.layerNormEps());
    attn = new Attention(params.child("attn"), shape, initStd);
    norm2 = new LayerNorm(params.child("norm2"), width, shape.layerNormEps());
    mlp = new Mlp(params.child("mlp"), shape, initStd);
  }

  /// @param tokens [B, T, D]
  /// @return [B, T, D]
  Tensor forward(Tensor tokens) {
    return forward(tokens, DropPath.OFF);
  }

  /// The same with dropped branches.
  Tensor forward(Tensor tokens, DropPath drop) {
    return TensorScope.scoped(() -> {
      var x = drop.attention(tokens, attn.forwardAddResidual(norm1, tokens)); // x + attn(norm1(x))
      return drop.mlp(x, mlp.forwardAddResidual(norm2, x)); // x + mlp(norm2(x))
    });
  }

  /// Equals the first `count` tokens of [#forward], which attend to all tokens; the results of the
  /// other tokens are not computed.
  ///
  /// @param tokens [B, T, D]
  /// @return [B, count, D]
  Tensor forwardPrefix(Tensor tokens, long count, DropPath drop) {
    return TensorScope.scoped(() -> {
      var sum = attn.forwardPrefixAddResidual(norm1, tokens, count); // x + attn(norm1(x))
      var x = drop.attention(tokens.slice(1, 0, count), sum);
      return drop.mlp(x, mlp.forwardAddResidual(norm2, x)); // x + mlp(norm2(x))
    });
  }
}
