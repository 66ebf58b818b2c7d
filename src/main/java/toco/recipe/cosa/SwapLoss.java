package toco.recipe.cosa;

import java.util.List;
import toco.cam.PresentClasses;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;

/// The loss of the online network's CAMs against the teacher's segmentation (docs/COSA.md "A step",
/// cam): binary cross-entropy of every class in every cell of the grid.
///
/// As published, no cell is left out, not even in the padding, and a CAM at or below 0 costs ln 2
/// whatever the target and gets no gradient.
public final class SwapLoss {
  private SwapLoss() {}

  /// The teacher's assignment of each cell to the classes of its image: a softmax at full size,
  /// then resized. Absent classes get 0.
  ///
  /// @param segLogits summed logits of background and present classes [B, 1 + P, H, W]
  /// @param present the classes of each image
  /// @param classes K
  /// @param heightCells rows of the grid, as `widthCells` columns
  /// @param temperature divides the logits
  /// @return float32 [B, K, h, w] in 0…1, without gradient
  public static Tensor target(
      Tensor segLogits,
      PresentClasses present,
      int classes,
      long heightCells,
      long widthCells,
      double temperature) {
    try (var _ = GradMode.noGrad()) {
      var ofClasses =
          segLogits
              .slice(1, 1, segLogits.size(1))
              .maskedFill(present.isPadding(segLogits.device()), Double.NEGATIVE_INFINITY);
      var assigned =
          Tensor.cat(List.of(segLogits.slice(1, 0, 1), ofClasses), 1)
              .to(DType.FLOAT32)
              .div(temperature)
              .softmax(1);
      var atGrid =
          assigned
              .slice(1, 1, assigned.size(1))
              .interpolate(heightCells, widthCells, Interpolation.BILINEAR); // [B, P, h, w]
      return present.scatter(atGrid, classes);
    }
  }

  /// @param cam of the online network [B, K, h, w], as its classifier gives it
  /// @param target from [#target]
  /// @return scalar; gradients reach `cam` only
  public static Tensor of(Tensor cam, Tensor target) {
    var z = cam.to(DType.FLOAT32).relu();
    var in = target.mul(z.logSigmoid());
    var out = target.rsub(1).mul(z.neg().logSigmoid());
    return in.add(out).mean().neg();
  }
}
