package toco.cam;

import toco.image.Normalization;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Images as the network takes them outside training.
public final class NetworkInput {
  private NetworkInput() {}

  /// Normalises an image, then resizes it: the order of the published evaluation.
  ///
  /// @param sizePx side of the square that the image is resized to, whatever its aspect ratio; 0
  ///   keeps the native size
  /// @return float32 [1, 3, H, W] on the device
  public static Tensor of(RgbImage image, int sizePx, Device device) {
    return TensorScope.scoped(() -> {
      var levels = image.tensor().to(device).permute(2, 0, 1).to(DType.FLOAT32); // [3, H, W]
      var input = Normalization.normalize(levels).unsqueeze(0);
      return sizePx == 0 ? input : resize(input, sizePx, sizePx);
    });
  }

  /// Bilinear; images that have the size already are returned as they are.
  ///
  /// @param images [B, 3, H, W]
  /// @return [B, 3, heightPx, widthPx]
  static Tensor resize(Tensor images, long heightPx, long widthPx) {
    return images.size(2) == heightPx && images.size(3) == widthPx
        ? images
        : images.interpolate(heightPx, widthPx, Interpolation.BILINEAR);
  }
}
