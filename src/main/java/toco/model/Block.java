package toco.model;

import toco.config.EncoderShape;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A pre-norm transformer block: attention, then a two-layer perceptron, each added to its input.
final class Block {
  private final LayerNorm norm1;
  private final Attention attn;
  private final LayerNorm norm2;
  private final Linear fc1;
  private final Linear fc2;

  Block(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    long hidden = (long) (width * shape.mlpRatio());
    norm1 = new LayerNorm(params.child("norm1"), width, shape.layerNormEps());
    attn = new Attention(params.child("attn"), shape, initStd);
    norm2 = new LayerNorm(params.child("norm2"), width, shape.layerNormEps());
    fc1 = new Linear(params.child("mlp").child("fc1"), width, hidden, true, initStd);
    fc2 = new Linear(params.child("mlp").child("fc2"), hidden, width, true, initStd);
  }

  /// @param x tokens [B, T, D]
  /// @return [B, T, D]
  Tensor forward(Tensor x) {
    return TensorScope.scoped(() -> perceptron(attn.addTo(x, norm1)));
  }

  /// The first tokens' results alone: they attend to all tokens.
  ///
  /// @param x tokens [B, T, D]
  /// @param count how many tokens are wanted
  /// @return [B, count, D]
  Tensor forwardPrefix(Tensor x, long count) {
    return TensorScope.scoped(() -> perceptron(attn.addToPrefix(x, norm1, count)));
  }

  private Tensor perceptron(Tensor x) {
    return fc2.addOfGeluTo(x, fc1, norm2.thenWithoutBias(fc1, x));
  }
}
