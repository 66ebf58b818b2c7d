package toco.cam;

import java.util.ArrayList;
import toco.image.Normalization;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Images as a network takes them outside training: normalised as it was trained, and in sizes that
/// its encoder's patch fits.
public final class NetworkInput {
  private static final int CHANNELS = 3;

  private NetworkInput() {}

  /// Normalises an image, then resizes it: the order of the published evaluation.
  ///
  /// @param sizePx side of the square that the image is resized to, whatever its aspect ratio; 0
  ///   keeps the native size
  /// @return float32 [1, 3, H, W] on the network's device
  public static Tensor of(RgbImage image, int sizePx, Network model) {
    var normalization = Normalization.of(model.config().statistics());
    var device = model.params().device();
    boolean isResized = sizePx != 0 && (image.heightPx() != sizePx || image.widthPx() != sizePx);
    return TensorScope.scoped(() -> {
      var pixels = image.tensor().to(device, true); // uint8 [H, W, 3]
      if (!isResized) {
        var levels = pixels.permute(2, 0, 1).to(DType.FLOAT32); // [3, H, W]
        return normalization.normalize(levels).unsqueeze(0);
      }
      var channels = new ArrayList<Tensor>();
      for (int c = 0; c < CHANNELS; c++) {
        channels.add(resizedChannel(pixels, c, sizePx, normalization));
      }
      return Tensor.cat(channels, 1);
    });
  }

  /// One channel at a time, because at native size floats take much memory.
  ///
  /// @return float32 [1, 1, sizePx, sizePx]
  private static Tensor resizedChannel(
      Tensor pixels, int c, int sizePx, Normalization normalization) {
    return TensorScope.scoped(() -> {
      var levels = pixels.slice(2, c, c + 1L).to(DType.FLOAT32); // [H, W, 1]
      var input = normalization.normalizeChannel(levels.permute(2, 0, 1), c);
      return resize(input.unsqueeze(0), sizePx, sizePx);
    });
  }

  /// Images at a scale, in a size that the encoder takes: at least one patch, and by
  /// `model.patchFit` whole patches. Images that have the size already are returned as they are.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @return [B, 3, h, w]
  public static Tensor atScale(Network model, Tensor images, double scale) {
    var fit = model.config().fit();
    int patch = model.config().encoderShape().patchSizePx();
    return resize(
        images, fit.side(scale * images.size(2), patch), fit.side(scale * images.size(3), patch));
  }

  /// The same at scale 1.
  public static Tensor fitted(Network model, Tensor images) {
    return atScale(model, images, 1);
  }

  static Tensor resize(Tensor images, long heightPx, long widthPx) {
    return images.size(2) == heightPx && images.size(3) == widthPx
        ? images
        : images.interpolate(heightPx, widthPx, Interpolation.BILINEAR);
  }
}
