package toco.image;

import java.util.List;
import toco.config.PixelStatistics;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.ImageKernels;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Normalisation of images with an encoder's mean and standard deviation per channel, in levels
/// 0–255. Immutable.
///
/// ```java
/// var normalization = Normalization.of(config.model().statistics());
/// var input = normalization.normalize(levels);        // float [3, H, W]
/// ```
public final class Normalization {
  private static final int LEVELS = 255;

  private final float[] mean;
  private final float[] std;

  private Normalization(float[] mean, float[] std) {
    this.mean = mean;
    this.std = std;
  }

  /// The normalisation that an encoder was trained with.
  public static Normalization of(PixelStatistics statistics) {
    return new Normalization(levels(statistics.mean()), levels(statistics.std()));
  }

  private static float[] levels(List<Double> shares) {
    var levels = new float[shares.size()];
    for (int c = 0; c < levels.length; c++) {
      levels[c] = (float) (shares.get(c) * LEVELS);
    }
    return levels;
  }

  /// The constants as text, for other programs: two lines, mean and standard deviation, for R, G,
  /// B.
  public String describe() {
    return "%s %s %s%n%s %s %s%n".formatted(mean[0], mean[1], mean[2], std[0], std[1], std[2]);
  }

  /// Normalises an 8-bit image into a tensor of the caller.
  ///
  /// @param image uint8 [H, W, 3], contiguous, on any device
  /// @param out float32 [3, H, W] on the same device, contiguous, for example a sample's slice of a
  ///   batch
  public void normalize(Tensor image, Tensor out) {
    if (image.device().isCpu()) {
      ImageKernels.normalize(image, mean, std, out);
      return;
    }
    PixelTensors.requireRgb(image);
    try (var _ = TensorScope.open()) {
      var _ = out.copy_(normalize(image.permute(2, 0, 1).to(DType.FLOAT32)));
    }
  }

  /// @param levels float [..., 3, H, W] in 0..255
  public Tensor normalize(Tensor levels) {
    var device = levels.device();
    return levels.sub(perChannel(mean, device)).div(perChannel(std, device));
  }

  /// The same for one channel of an image.
  ///
  /// @param levels float [1, H, W] in 0..255
  /// @param channel 0 red, 1 green, 2 blue
  public Tensor normalizeChannel(Tensor levels, int channel) {
    var device = levels.device();
    return levels
        .sub(perChannel(mean, device).slice(0, channel, channel + 1L))
        .div(perChannel(std, device).slice(0, channel, channel + 1L));
  }

  /// Levels 0..255 as floats, not rounded.
  ///
  /// @param images [..., 3, H, W] normalised
  public Tensor denormalize(Tensor images) {
    var device = images.device();
    return images.mul(perChannel(std, device)).add(perChannel(mean, device));
  }

  /// The images for the refinement of pseudo-labels: levels truncated to 8 bits, divided by 255.
  public Tensor denormalizeToUnit(Tensor images) {
    return denormalize(images).to(DType.UINT8).div(255);
  }

  /// The 8-bit picture of a normalised image, rounded, on the Java heap.
  ///
  /// @param image [3, H, W] normalised
  public RgbImage picture(Tensor image) {
    return TensorPictures.rgb(denormalize(image.detach()));
  }

  private static Tensor perChannel(float[] values, Device device) {
    return Tensor.of(values, 3, 1, 1).to(device, true);
  }
}
