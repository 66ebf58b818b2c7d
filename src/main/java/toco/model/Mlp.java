package toco.model;

import toco.config.EncoderShape;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// The two-layer MLP of a transformer block: `fc2(gelu(fc1(x)))`.
final class Mlp {
  private final Linear fc1;
  private final Linear fc2;

  Mlp(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    long hidden = (long) (width * shape.mlpRatio());
    fc1 = new Linear(params.child("fc1"), width, hidden, true, initStd);
    fc2 = new Linear(params.child("fc2"), hidden, width, true, initStd);
  }

  /// `x + mlp(norm(x))`.
  ///
  /// @param x tokens [B, T, D]
  /// @return [B, T, D]
  Tensor forwardAddResidual(LayerNorm norm, Tensor x) {
    var hidden = fc1.normForwardNoBias(norm, x); // [B, T, hidden]
    return fc2.geluForwardAddResidual(hidden, fc1.bias(), x);
  }
}
