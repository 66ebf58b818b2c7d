package toco.refine;

import java.util.ArrayList;
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

  /// The variant for other devices. Images are filtered one by one: each takes about 2 kB per pixel
  /// plus 60 bytes per pixel and channel, since its lattice may have six vertices per pixel.
  static Tensor byOperators(Tensor images, Tensor values, double sigmaRgb, double sigmaXy) {
    ImageBatch.requireFit(images, "values", values);
    requireInRange((int) images.size(2), (int) images.size(3), sigmaRgb, sigmaXy);
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        var filtered = new ArrayList<Tensor>();
        for (long b = 0; b < images.size(0); b++) {
          var image = images.select(0, b);
          var value = values.select(0, b);
          filtered.add(TensorScope.scoped(() -> filterImage(image, value, sigmaRgb, sigmaXy)));
        }
        return Tensor.stack(filtered, 0);
      });
    }
  }

  private static Tensor filterImage(Tensor image, Tensor value, double sigmaRgb, double sigmaXy) {
    int height = (int) image.size(1);
    int width = (int) image.size(2);
    var x = Tensor.arange(0, width, DType.FLOAT32, image.device()).div(sigmaXy);
    var y = Tensor.arange(0, height, DType.FLOAT32, image.device()).div(sigmaXy);
    var features =
        Tensor.cat(
            List.of(
                x.expand(1, height, width),
                y.unsqueeze(1).expand(1, height, width),
                image.div(sigmaRgb)),
            0); // [5, H, W]
    var rows = value.flatten(1).transpose(0, 1).contiguous(); // [N, K]
    var filtered = new PermutohedralLattice(features.flatten(1)).filter(rows);
    return filtered.transpose(0, 1).reshape(value.shape().sizes());
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
