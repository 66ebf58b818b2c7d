package toco.torch;

import static toco.torch.CallScratch.check;
import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;

import toco.torch.ffi.TocoTorch;

/// Native kernels that LibTorch does not have: PAR, bilateral filter, dense CRF. CPU, float32,
/// multi-threaded, without gradients; results do not depend on the number of threads.
public final class Kernels {
  private Kernels() {}

  /// Pixel-adaptive refinement (PAR): each iteration replaces a pixel's mask by a mean over its
  /// neighbours, weighted by similarity of colour.
  ///
  /// @param images [B, 3, H, W]
  /// @param masks [B, C, H, W]
  /// @param dilations distances of the eight neighbours, in pixels
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

  /// Bilateral filter on the permutohedral lattice (Adams, Baek and Davis 2010), not normalised.
  ///
  /// @param images [B, 3, H, W] in 0..255
  /// @param values [B, K, H, W]; all channels share one lattice per image
  /// @return [B, K, H, W]
  public static Tensor bilateralFilter(
      Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    return result(
        TocoTorch.tt_bilateral_filter(images.handle(), values.handle(), sigmaRgb, sigmaXy, out()));
  }

  /// Mean-field inference in a dense CRF (Krähenbühl and Koltun 2011) with Potts compatibility,
  /// symmetric normalisation, and `−log(max(p, 1e-5))` as unary term. Thread-safe.
  ///
  /// @param image uint8 [H, W, 3]
  /// @param probabilities float32 [C, H, W] in 0…1
  /// @param gaussianWeight weight of the position term; 0 omits it
  /// @param gaussianSigma in pixels
  /// @param bilateralWeight weight of the position-and-colour term; 0 omits it
  /// @param bilateralSigma in pixels
  /// @param bilateralSigmaRgb in colour levels
  /// @param threads maximum number of threads; 0 for as many as LibTorch's operators use on this
  ///   thread
  /// @return float32 [C, H, W]; sums to 1 over C
  public static Tensor denseCrf(
      Tensor image,
      Tensor probabilities,
      int iterations,
      double gaussianWeight,
      double gaussianSigma,
      double bilateralWeight,
      double bilateralSigma,
      double bilateralSigmaRgb,
      int threads) {
    return result(
        TocoTorch.tt_dense_crf(
            image.handle(),
            probabilities.handle(),
            iterations,
            gaussianWeight,
            gaussianSigma,
            bilateralWeight,
            bilateralSigma,
            bilateralSigmaRgb,
            threads,
            out()));
  }

  /// The number of vertices in the lattice of a dense CRF's bilateral term. Together with the image
  /// size it determines the time of [#denseCrf].
  ///
  /// @param image uint8 [H, W, 3]
  public static long denseCrfVertices(
      Tensor image, double bilateralSigma, double bilateralSigmaRgb) {
    var scratch = CallScratch.get();
    check(
        TocoTorch.tt_dense_crf_vertices(
            image.handle(), bilateralSigma, bilateralSigmaRgb, scratch.out));
    return scratch.outLong();
  }
}
