package toco.image;

import toco.torch.DType;
import toco.torch.Device;
import toco.torch.ImageKernels;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Normalisation with ImageNet's mean and standard deviation per channel, in levels 0–255.
public final class Normalization {
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
  private static final float[] STD = {58.395f, 57.12f, 57.375f};

  private Normalization() {}

  /// The constants as text, for other programs: two lines, mean and standard deviation, for R, G,
  /// B.
  public static String describe() {
    return "%s %s %s%n%s %s %s%n".formatted(MEAN[0], MEAN[1], MEAN[2], STD[0], STD[1], STD[2]);
  }

  /// Normalises an 8-bit image into a tensor of the caller.
  ///
  /// @param image uint8 [H, W, 3], contiguous, on any device
  /// @param out float32 [3, H, W] on the same device, contiguous, for example a sample's slice of a
  ///   batch
  public static void normalize(Tensor image, Tensor out) {
    if (image.device().isCpu()) {
      ImageKernels.normalize(image, MEAN, STD, out);
      return;
    }
    PixelTensors.requireRgb(image);
    try (var _ = TensorScope.open()) {
      var _ = out.copy_(normalize(image.permute(2, 0, 1).to(DType.FLOAT32)));
    }
  }

  /// @param levels float [..., 3, H, W] in 0..255
  public static Tensor normalize(Tensor levels) {
    var device = levels.device();
    return levels.sub(mean(device)).div(std(device));
  }

  /// The same for one channel of an image.
  ///
  /// @param levels float [1, H, W] in 0..255
  /// @param channel 0 red, 1 green, 2 blue
  public static Tensor normalizeChannel(Tensor levels, int channel) {
    var device = levels.device();
    return levels
        .sub(mean(device).slice(0, channel, channel + 1L))
        .div(std(device).slice(0, channel, channel + 1L));
  }

  /// Levels 0..255 as floats, not rounded.
  ///
  /// @param images [..., 3, H, W] normalised
  public static Tensor denormalize(Tensor images) {
    var device = images.device();
    return images.mul(std(device)).add(mean(device));
  }

  /// The images for the refinement of pseudo-labels: levels truncated to 8 bits, divided by 255.
  public static Tensor denormalizeToUnit(Tensor images) {
    return denormalize(images).to(DType.UINT8).div(255);
  }

  private static Tensor mean(Device device) {
    return Tensor.of(MEAN, 3, 1, 1).to(device, true);
  }

  private static Tensor std(Device device) {
    return Tensor.of(STD, 3, 1, 1).to(device, true);
  }
}
