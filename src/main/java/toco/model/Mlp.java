package toco.model;

import toco.config.EncoderShape;
import toco.config.VitVariant.Activation;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.nn.QuickGelu;
import toco.torch.Tensor;

/// The two-layer MLP of a transformer block: `fc2(act(fc1(x)))`, with GELU or quick GELU.
final class Mlp {
  private final Linear fc1;
  private final Linear fc2;
  private final Activation activation;

  Mlp(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    long hidden = (long) (width * shape.mlpRatio());
    fc1 = new Linear(params.child("fc1"), width, hidden, true, initStd);
    fc2 = new Linear(params.child("fc2"), hidden, width, true, initStd);
    activation = shape.variant().activation();
  }

  /// `x + layerScale(mlp(norm(x)))`.
  ///
  /// @param x tokens [B, T, D]
  /// @return [B, T, D]
  Tensor forwardAddResidual(LayerNorm norm, Tensor x, LayerScale layerScale) {
    var last = layerScale.scaled(fc2);
    return switch (activation) {
      case GELU -> {
        var hidden = fc1.normProduct(norm, x); // [B, T, hidden]
        yield last.geluForwardAddResidual(hidden.value(), hidden.bias(), x);
      }
      case QUICK_GELU -> last.forwardAddResidual(QuickGelu.of(fc1.normProduct(norm, x).sum()), x);
    };
  }
}
