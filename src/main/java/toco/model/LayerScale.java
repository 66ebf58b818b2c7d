package toco.model;

import org.jspecify.annotations.Nullable;
import toco.config.EncoderShape;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// timm's `LayerScale`: a factor per channel on what attention or MLP add to the tokens. In an
/// encoder without it, it does nothing and has no weight.
final class LayerScale {
  /// The initial factor of DINOv2's and DINOv3's pre-training.
  private static final double INITIAL = 1e-5;

  private final @Nullable Tensor gamma; // [D]

  LayerScale(Parameters params, EncoderShape shape) {
    gamma =
        shape.variant().layerScale()
            ? params.add("gamma", Tensor.ones(shape.embedDim()).mul(INITIAL))
            : null;
  }

  /// The last layer of attention or MLP with scaled outputs, for one forward pass.
  Linear scaled(Linear last) {
    return gamma == null ? last : last.scaledBy(gamma);
  }
}
