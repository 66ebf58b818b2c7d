package toco.cam;

import toco.torch.Tensor;

/// A segmentation of one image at its native size, before its labels are chosen.
public interface Segmentation {
  /// The labels, 0…K, without a CRF.
  ///
  /// @return [1, H, W]
  Tensor labels();

  /// The segmentation if the image's true classes are known: it shows no others.
  ///
  /// @param multiHot \[K]
  Segmentation labelsKnown(float[] multiHot);

  /// The input of a dense CRF.
  ///
  /// @return float32 [n, H, W], background first
  Tensor probabilities();

  /// The labels of the probabilities' planes, background first; if that is the only one, there is
  /// nothing to refine.
  long[] planes();

  /// The labels of the planes that a CRF chose.
  ///
  /// @param chosen int64 [H, W], 0…n−1
  /// @return the same shape, on the same device
  static Tensor labelsOf(Tensor chosen, long[] planes) {
    return Tensor.of(planes)
        .to(chosen.device(), true)
        .indexSelect(0, chosen.flatten(0))
        .reshape(chosen.shape().sizes());
  }
}
