package toco.image;

import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;

/// The mean and deviation of ImageNet's pixels that every image is normalised with, per channel, in
/// levels 0–255.
public final class Normalization {
  private static final float[] MEAN = {123.675f, 116.28f, 103.53f};
  private static final float[] STD = {58.395f, 57.12f, 57.375f};

  private Normalization() {}

  /// @param levels [..., 3, H, W] in 0..255
  public static Tensor normalize(Tensor levels) {
    var device = levels.device();
    return levels.sub(mean(device)).div(std(device));
  }

  /// Levels 0..255 as floats, not rounded.
  ///
  /// @param images [..., 3, H, W] normalised
  public static Tensor denormalize(Tensor images) {
    var device = images.device();
    return images.mul(std(device)).add(mean(device));
  }

  /// What pseudo-labels are refined on: levels truncated to 8 bits, over 255.
  public static Tensor denormalizeToUnit(Tensor images) {
    return denormalize(images).to(DType.UINT8).div(255);
  }

  private static Tensor mean(Device device) {
    return Tensor.of(MEAN, 3, 1, 1).to(device);
  }

  private static Tensor std(Device device) {
    return Tensor.of(STD, 3, 1, 1).to(device);
  }
}
