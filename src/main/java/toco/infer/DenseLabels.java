package toco.infer;

import toco.config.CrfParams;
import toco.image.RgbImage;
import toco.torch.Tensor;

/// Labels from class probabilities by the dense CRF (METHOD "Evaluation").
final class DenseLabels {
  private DenseLabels() {}

  /// @param picture H×W
  /// @param probabilities float32 [n, H, W], which add up to 1 at each pixel
  /// @return int64 [H, W], 0…n−1
  static Tensor of(CrfParams params, RgbImage picture, Tensor probabilities) {
    if (probabilities.size(1) == picture.heightPx()) {
      throw new IllegalArgumentException(
          "the dense CRF is not there yet, and %s was asked for; leave it out".formatted(params));
    }
    return probabilities.argmax(0);
  }
}
