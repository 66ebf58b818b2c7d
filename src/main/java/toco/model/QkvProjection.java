package toco.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.nn.LayerNorm;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.Tensor;

/// The projection of tokens to queries, keys and values, one weight [3·D, D]. Its bias is one
/// vector, or one for queries and one for values (`q_bias`, `v_bias`), or there is none.
final class QkvProjection {
  private final Linear linear;
  private final @Nullable Tensor queryBias; // [D]; if present, keys have no bias
  private final @Nullable Tensor valueBias;

  /// @param params those of the attention
  QkvProjection(Parameters params, EncoderShape shape, double initStd) {
    int width = shape.embedDim();
    boolean joint = shape.qkvBias() && shape.variant().keyBias();
    boolean separate = shape.qkvBias() && !joint;
    linear = new Linear(params.child("qkv"), width, 3L * width, joint, initStd);
    queryBias = separate ? params.add("q_bias", Tensor.zeros(width)) : null;
    valueBias = separate ? params.add("v_bias", Tensor.zeros(width)) : null;
  }

  /// Norm and projection.
  ///
  /// @param x [B, T, D]
  /// @return [B, T, 3·D]
  Linear.Product normProduct(LayerNorm norm, Tensor x) {
    return linear.normProduct(norm, x, bias());
  }

  /// The bias of queries, keys and values, [3·D], or null.
  private @Nullable Tensor bias() {
    if (queryBias == null || valueBias == null) {
      return linear.bias();
    }
    var none = Tensor.full(0, DType.FLOAT32, queryBias.device(), queryBias.size(0));
    return Tensor.cat(List.of(queryBias, none, valueBias), 0);
  }

  /// The outputs `from`…`to`, exclusive, with their bias.
  ///
  /// @param normed [B, T, D]
  /// @return [B, T, to − from]
  Tensor outputs(Tensor normed, long from, long to) {
    var outputs = linear.forwardOutputs(normed, from, to); // with the bias of the layer, if any
    var separate = queryBias == null ? null : bias();
    return separate == null
        ? outputs
        : outputs.add(separate.slice(0, from, to).to(outputs.dtype()));
  }
}
