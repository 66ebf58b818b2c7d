package toco.cam;

import toco.torch.Device;
import toco.torch.Kernels;
import toco.torch.Tensor;

/// Pixel-adaptive refinement (METHOD, training step 7) with its settings.
///
/// @param dilations distances of the eight neighbours, in pixels
/// @param iterations rounds
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Par(long[] dilations, int iterations) {

  /// @param images [B, 3, H, W], any scale
  /// @param masks [B, C, H, W]; mask sets that share an image are best stacked as channels
  /// @return [B, C, H, W] on the masks' device
  public Tensor refine(Tensor images, Tensor masks) {
    var device = masks.device();
    return Kernels.par(images.to(Device.CPU), masks.to(Device.CPU), dilations, iterations)
        .to(device);
  }
}
