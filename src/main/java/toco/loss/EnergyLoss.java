package toco.loss;

import java.util.List;
import toco.cam.CamLabels;
import toco.config.LossConfig;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.refine.BilateralFilter;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// Dense energy (gated CRF; METHOD.md, training step 5, reg): nearby pixels of similar colour
/// should have the same label.
///
/// The bilateral filter of the probabilities is a constant to autograd; the gradient is twice what
/// a product with a constant would give, because the filter is symmetric.
public final class EnergyLoss {
  private EnergyLoss() {}

  /// @param images [B, 3, H, W] normalised, as the network saw them
  /// @param normalization of these images
  /// @param logits [B, C, H, W]
  /// @param labels pseudo-labels int64 [B, H, W], 255 ignored
  /// @param boxes one per image, in pixels
  /// @return scalar, times `energyWeight`; gradients reach `logits` only
  public static Tensor of(
      Tensor images,
      Normalization normalization,
      Tensor logits,
      Tensor labels,
      List<ImageBox> boxes,
      LossConfig config) {
    long height = (long) (images.size(2) * config.energyScaleFactor());
    long width = (long) (images.size(3) * config.energyScaleFactor());
    var probabilities =
        logits.to(DType.FLOAT32).softmax(1).interpolate(height, width, Interpolation.BILINEAR);
    var inside =
        shrink(
            ImageBox.mask(boxes, images.size(2), images.size(3), images.device()),
            height,
            width); // [B, 1, h, w]
    var boxed = probabilities.mul(inside);
    var filtered = gatedFilter(images, normalization, labels, inside, boxed.detach(), config);
    double factor = -config.energyWeight() / images.size(0);
    var product = boxed.mul(filtered).sum().mul(factor);
    return product.mul(2).sub(product.detach());
  }

  private static Tensor gatedFilter(
      Tensor images,
      Normalization normalization,
      Tensor labels,
      Tensor inside,
      Tensor boxed,
      LossConfig config) {
    try (var _ = GradMode.noGrad()) {
      long height = boxed.size(2);
      long width = boxed.size(3);
      var levels =
          normalization.denormalize(images).interpolate(height, width, Interpolation.NEAREST);
      var ignored = shrink(labels.to(DType.FLOAT32), height, width).eq(CamLabels.IGNORE);
      var gate = inside.sub(boxed.amax(new long[] {1}, true)).maskedFill(ignored, 1).clampMin(0);
      var filtered =
          BilateralFilter.apply(
              levels,
              boxed,
              config.energySigmaRgb(),
              config.energySigmaXy() * config.energyScaleFactor());
      return filtered.mul(gate);
    }
  }

  private static Tensor shrink(Tensor map, long height, long width) {
    return map.unsqueeze(1).interpolate(height, width, Interpolation.NEAREST);
  }
}
