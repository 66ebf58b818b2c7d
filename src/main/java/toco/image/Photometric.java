package toco.image;

import java.util.List;
import toco.torch.Functional;
import toco.torch.Functional.Pair;
import toco.torch.Ops;
import toco.torch.Tensor;

/// Changes of colour and sharpness, on float images [3, H, W] with levels 0–255, on any device.
/// Factors are those of Pillow and torchvision.
public final class Photometric {
  private static final float[] LUMA = {0.299f, 0.587f, 0.114f};
  private static final double LEAST_BLUR_PX = 1e-3; // below it neighbours weigh nothing

  private Photometric() {}

  /// Blends with black: 0 is black, 1 the image.
  public static Tensor brightness(Tensor image, double factor) {
    return image.mul(factor).clamp(0, 255);
  }

  /// Blends with the mean grey level: 0 is flat grey, 1 the image.
  public static Tensor contrast(Tensor image, double factor) {
    return blend(luma(image).mean().add(0.5).floor(), image, factor);
  }

  /// Blends with the grey image: 0 is grey, 1 the image.
  public static Tensor saturation(Tensor image, double factor) {
    return blend(luma(image), image, factor);
  }

  /// Turns the colour circle by `shift`, in turns, −0.5…0.5.
  public static Tensor hue(Tensor image, double shift) {
    var value = image.amax(new long[] {0}, false); // [H, W]
    var chroma = value.sub(image.amin(new long[] {0}, false));
    var safe = chroma.clampMin(1e-6);
    var r = image.select(0, 0);
    var g = image.select(0, 1);
    var b = image.select(0, 2);
    var fromBlue = r.sub(g).div(safe).add(4);
    var fromGreen = b.sub(r).div(safe).add(2);
    var fromRed = g.sub(b).div(safe);
    var hue =
        fromRed
            .where(value.eq(r), fromGreen.where(value.eq(g), fromBlue))
            .add(6 * shift); // in sixths of a turn
    return Tensor.stack(
        List.of(
            channel(5, hue, value, chroma),
            channel(3, hue, value, chroma),
            channel(1, hue, value, chroma)),
        0);
  }

  /// Three equal channels.
  public static Tensor grayscale(Tensor image) {
    return luma(image).expand(3, -1, -1);
  }

  /// Inverts the levels from `threshold` on.
  public static Tensor solarize(Tensor image, double threshold) {
    return image.rsub(255).where(image.ge(threshold), image);
  }

  /// Gaussian blur with edge pixels repeated outwards.
  ///
  /// @param radius standard deviation in pixels; 0 gives the image itself
  public static Tensor gaussianBlur(Tensor image, double radius) {
    if (radius < LEAST_BLUR_PX) {
      return image;
    }
    int reach = (int) Math.ceil(3 * radius);
    var weights = new float[2 * reach + 1];
    float sum = 0;
    for (int i = -reach; i <= reach; i++) {
      weights[i + reach] = (float) Math.exp(-i * i / (2 * radius * radius));
      sum += weights[i + reach];
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    var kernel = Tensor.of(weights).to(image.device());
    long size = weights.length;
    var padded =
        Ops.call(
            "aten::replication_pad2d",
            image.unsqueeze(1),
            new long[] {reach, reach, reach, reach}); // [3, 1, H', W']
    var rows =
        Functional.conv2d(
            padded, kernel.reshape(1, 1, 1, size), null, Pair.of(1), Pair.of(0), Pair.of(1), 1);
    return Functional.conv2d(
            rows, kernel.reshape(1, 1, size, 1), null, Pair.of(1), Pair.of(0), Pair.of(1), 1)
        .squeeze(1);
  }

  /// Grey levels [1, H, W].
  private static Tensor luma(Tensor image) {
    return image.mul(Tensor.of(LUMA, 3, 1, 1).to(image.device())).sum(new long[] {0}, true);
  }

  private static Tensor blend(Tensor other, Tensor image, double factor) {
    return image.mul(factor).add(other.mul(1 - factor)).clamp(0, 255);
  }

  /// A channel of the colour with this hue: value − chroma · max(0, min(k, 4 − k, 1)) with k = (n +
  /// hue) mod 6.
  private static Tensor channel(int n, Tensor hue, Tensor value, Tensor chroma) {
    var k = hue.add(n);
    k = k.sub(k.div(6).floor().mul(6));
    return value.sub(chroma.mul(k.minimum(k.rsub(4)).clamp(0, 1)));
  }
}
