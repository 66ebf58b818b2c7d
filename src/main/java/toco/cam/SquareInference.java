package toco.cam;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Combination;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segmentation over image scales as MoRe evaluates VOC: at each scale the image at its native size
/// is resized straight to a square, whatever its aspect ratio. Logits of an image and its mirror
/// image are summed, and at each pixel the largest of the scales counts.
///
/// @param sizePx side of the square at scale 1
/// @param scales of the square, one or more
public record SquareInference(int sizePx, List<Double> scales) {
  private static final MultiScaleInference ONE_SCALE =
      new MultiScaleInference(List.of(1.0), Combination.SUM, Combination.MAX);

  public SquareInference {
    scales = List.copyOf(scales);
    if (sizePx < 1 || scales.isEmpty() || !scales.stream().allMatch(s -> s * sizePx >= 1)) {
      throw new IllegalArgumentException(
          "expected a size and scales of at least one pixel, got %s and %s"
              .formatted(sizePx, scales));
    }
  }

  /// @param images [B, 3, H, W] normalised, at their native size
  /// @return float32 [B, C, H, W] at that size, background first
  public Tensor logits(Network model, Tensor images) {
    return logits(model, images, null);
  }

  /// The same, without repeating a pass that was made already.
  ///
  /// @param atScale1 logits [B, C, h, w] of the patch grid of the square at scale 1, or null
  public Tensor logits(Network model, Tensor images, @Nullable Tensor atScale1) {
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        Tensor largest = null;
        for (double scale : scales) {
          var logits = TensorScope.scoped(() -> atScale(model, images, scale, atScale1));
          largest = largest == null ? logits : largest.maximum(logits);
        }
        return largest;
      });
    }
  }

  private Tensor atScale(Network model, Tensor images, double scale, @Nullable Tensor atScale1) {
    long sidePx = (long) (sizePx * scale);
    var square = NetworkInput.resize(images, sidePx, sidePx);
    return ONE_SCALE.logits(
        model, square, images.size(2), images.size(3), scale == 1 ? atScale1 : null);
  }
}
