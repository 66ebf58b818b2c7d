package toco.model;

import toco.nn.Conv2d;
import toco.nn.Conv2d.Geometry;
import toco.nn.Parameters;
import toco.torch.Tensor;

/// The segmentation decoder: two dilated 3×3 convolutions and a 1×1 one, without biases
/// (DeepLab-LargeFOV).
public final class LargeFov {
  private final Conv2d conv6;
  private final Conv2d conv7;
  private final Conv2d conv8;

  /// @param params receives the weights and owns them
  public LargeFov(Parameters params, int width, int channels, int classes, int dilation) {
    conv6 =
        new Conv2d(params.child("conv6"), width, channels, Geometry.dilated3x3(dilation), false);
    conv7 =
        new Conv2d(params.child("conv7"), channels, channels, Geometry.dilated3x3(dilation), false);
    conv8 = new Conv2d(params.child("conv8"), channels, classes, Geometry.POINTWISE, false);
  }

  /// @param patchMap [B, D, h, w]
  /// @return logits [B, C, h, w]
  public Tensor forward(Tensor patchMap) {
    return conv8.forward(conv7.forward(conv6.forward(patchMap).relu()).relu());
  }
}
