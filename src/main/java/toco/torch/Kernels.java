package toco.torch;

import static toco.torch.Frame.longs;
import static toco.torch.Frame.out;
import static toco.torch.Frame.result;

import toco.torch.ffi.TocoTorch;

/// Native kernels for what LibTorch has no operator for. CPU, float32, several threads, no
/// gradients; the result does not depend on the number of threads.
public final class Kernels {
  private Kernels() {}

  /// Pixel-adaptive refinement: each pass replaces a pixel's mask by a mean over neighbours of like
  /// colour.
  ///
  /// @param images [B, 3, H, W]
  /// @param masks [B, C, H, W]
  /// @param dilations distances of the eight neighbours taken
  /// @return [B, C, H, W]
  public static Tensor par(Tensor images, Tensor masks, long[] dilations, int iterations) {
    return result(
        TocoTorch.tt_par(
            images.handle(),
            masks.handle(),
            longs(dilations),
            dilations.length,
            iterations,
            out()));
  }

  /// Bilateral filter on the permutohedral lattice (Adams, Baek, Davis 2010), not normalised.
  ///
  /// @param images [B, 3, H, W] in 0..255
  /// @param values [B, K, H, W]; all channels go through one lattice an image
  /// @return [B, K, H, W]
  public static Tensor bilateralFilter(
      Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    return result(
        TocoTorch.tt_bilateral_filter(images.handle(), values.handle(), sigmaRgb, sigmaXy, out()));
  }
}
