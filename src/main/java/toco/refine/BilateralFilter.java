package toco.refine;

import java.util.List;
import java.util.Locale;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Kernels;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Bilateral filter on the permutohedral lattice (Adams, Baek, Davis 2010), without normalisation:
/// each pixel becomes the sum of all pixels, weighted by distance in position and colour. The dense
/// energy loss uses it (METHOD, training step 5, reg).
///
/// On the CPU it runs as a native kernel, on other devices by LibTorch's operators without waiting
/// for the device. Not differentiable: the result requires no gradient.
public final class BilateralFilter {
  private static final double LARGEST_LEVEL = 255;
  private static final long PIXELS_AT_ONCE = 1 << 17; // of several images: 0.6 GB with 21 channels

  private BilateralFilter() {}

  /// @param images float32 [B, 3, H, W] in 0..255
  /// @param values float32 [B, K, H, W] on the images' device
  /// @param sigmaRgb standard deviation of the weights in colour levels
  /// @param sigmaXy standard deviation in pixels
  /// @return [B, K, H, W]. An image with a value that is not finite, or too large for the lattice,
  ///   is an error on the CPU and gives NaN on other devices
  /// @throws IllegalArgumentException if sizes, types or devices do not fit, or a sigma is too
  ///   small for the lattice
  public static Tensor apply(Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    return images.device().isCpu() && values.device().isCpu()
        ? Kernels.bilateralFilter(images, values, sigmaRgb, sigmaXy)
        : byOperators(images, values, sigmaRgb, sigmaXy);
  }

  /// The variant for other devices. An image takes about 3 kB per pixel plus 60 bytes per pixel and
  /// channel, since its lattice may have six vertices per pixel.
  static Tensor byOperators(Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    ImageBatch.requireFit(images, "values", values);
    requireInRange((int) images.size(2), (int) images.size(3), sigmaRgb, sigmaXy);
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() ->
          ImageBatch.inGroups(
              images,
              values,
              PIXELS_AT_ONCE,
              (image, value) -> filterImages(image, value, sigmaRgb, sigmaXy)));
    }
  }

  private static Tensor filterImages(
      Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    long count = images.size(0);
    long height = images.size(2);
    long width = images.size(3);
    var x = Tensor.arange(0, (int) width, DType.FLOAT32, images.device()).div(sigmaXy);
    var y = Tensor.arange(0, (int) height, DType.FLOAT32, images.device()).div(sigmaXy);
    var features =
        Tensor.cat(
            List.of(
                x.expand(count, 1, height, width),
                y.unsqueeze(1).expand(count, 1, height, width),
                images.div(sigmaRgb)),
            1); // [B, 5, H, W]
    var rows = values.flatten(2).transpose(1, 2).contiguous(); // [B, N, K]
    var filtered = new PermutohedralLattice(features.flatten(2)).filter(rows);
    return filtered.transpose(1, 2).reshape(values.shape().sizes());
  }

  private static void requireInRange(int height, int width, double sigmaRgb, double sigmaXy) {
    if (!(sigmaRgb > 0) || !(sigmaXy > 0)) {
      throw new IllegalArgumentException(
          "sigmaRgb and sigmaXy must be > 0, got %s and %s".formatted(sigmaRgb, sigmaXy));
    }
    double level = LARGEST_LEVEL / sigmaRgb;
    var extents = List.of((width - 1) / sigmaXy, (height - 1) / sigmaXy, level, level, level);
    double reach = Simplices.reach(extents);
    double limit = new VertexKeys(extents.size()).limit();
    if (reach >= limit) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "sigmaRgb %s and sigmaXy %s are too small for an image of %s×%s px: the "
                  + "lattice would reach %.0f of at most %.0f; increase them",
              sigmaRgb,
              sigmaXy,
              width,
              height,
              reach,
              limit));
    }
  }
}
