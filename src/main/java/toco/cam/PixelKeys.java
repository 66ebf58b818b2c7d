package toco.cam;

import toco.data.CounterRandom;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Ops;
import toco.torch.Tensor;

/// A random number for each pixel of a batch, computed on the device: a hash of the pixel's index
/// and of a 32-bit word drawn from (seed, iteration, image). The same on every device.
public final class PixelKeys {
  private static final long LOW_32_BITS = 0xFFFF_FFFFL;
  // odd, so that no two pixels share a number; below 2³¹, so that products stay within int64
  private static final int MULTIPLIER_1 = 0x21F0_AAAD;
  private static final int MULTIPLIER_2 = 0x735A_2D97;

  private PixelKeys() {}

  /// @param stream of random numbers, one that nothing else uses: the augmentation numbers its
  ///   streams by view, from 0
  /// @param firstPosition the first image's position in the step's whole batch
  /// @return int64 [images, pixels], different numbers in 0…2³²−1 in each row
  public static Tensor draw(
      long seed, int iter, int stream, int firstPosition, long images, int pixels, Device device) {
    var words = new long[(int) images];
    for (int image = 0; image < words.length; image++) {
      words[image] =
          Integer.toUnsignedLong(
              new CounterRandom(seed, iter, firstPosition + image, stream).nextBits());
    }
    var key =
        Tensor.arange(0, pixels, DType.INT64, device)
            .unsqueeze(0)
            .add(Tensor.of(words, images, 1).to(device, true)); // [B, P]
    key = and(key);
    key = mix(xorShift(key, 16), MULTIPLIER_1);
    key = mix(xorShift(key, 15), MULTIPLIER_2);
    return xorShift(key, 16);
  }

  private static Tensor mix(Tensor key, int multiplier) {
    return and(key.mul(multiplier));
  }

  private static Tensor xorShift(Tensor key, long bits) {
    var shifted = Ops.call("aten::bitwise_right_shift.Tensor_Scalar", key, bits);
    return Ops.call("aten::bitwise_xor.Tensor", key, shifted);
  }

  private static Tensor and(Tensor key) {
    return Ops.call("aten::bitwise_and.Scalar", key, LOW_32_BITS);
  }
}
