package toco.eval;

import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.torch.Tensor;

/// What comes after the segmentation, on threads of its own: the dense CRF. Used by several threads
/// at once.
@FunctionalInterface
interface LabelRefinement {
  /// @param probabilities float32 [C, H, W] on the CPU, background first
  /// @param picture H×W
  LabelMap refine(Tensor probabilities, RgbImage picture);
}
