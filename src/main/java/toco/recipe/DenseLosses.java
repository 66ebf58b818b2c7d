package toco.recipe;

import java.util.List;
import toco.config.LossConfig;
import toco.image.ImageBox;
import toco.image.Normalization;
import toco.loss.EnergyLoss;
import toco.loss.MeanScope;
import toco.loss.SegLoss;
import toco.model.Network;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// The decoder's two losses on pseudo-labels.
///
/// @param seg segmentation cross-entropy, scalar
/// @param reg dense energy, scalar
/// @param emptySegParts how many of the two parts of `seg` had no pixel, int64 scalar
public record DenseLosses(Tensor seg, Tensor reg, Tensor emptySegParts) {
  /// @param images [B, 3, H, W] normalised
  /// @param patchMap of these images, [B, D, h, w]
  /// @param labels int64 [B, H, W], 255 ignored
  /// @param boxes of the images, one per sample
  public static DenseLosses of(
      Network model,
      Tensor images,
      Normalization normalization,
      Tensor patchMap,
      Tensor labels,
      List<ImageBox> boxes,
      LossConfig config,
      MeanScope scope) {
    var logits =
        model
            .segment(patchMap)
            .interpolate(images.size(2), images.size(3), Interpolation.BILINEAR); // [B, C, H, W]
    var seg = SegLoss.of(logits, labels, scope);
    var reg = EnergyLoss.of(images, normalization, logits, labels, boxes, config);
    return new DenseLosses(seg.value(), reg, seg.emptyParts());
  }
}
