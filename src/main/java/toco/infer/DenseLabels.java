package toco.infer;

import toco.config.CrfParams;
import toco.image.RgbImage;
import toco.refine.DenseCrf;
import toco.torch.Tensor;

/// Labels from class probabilities by the dense CRF (METHOD "Evaluation").
final class DenseLabels {
  private DenseLabels() {}

  /// @param picture the image, H×W
  /// @param probabilities float32 [n, H, W] with a sum of 1 at each pixel
  /// @return int64 [H, W] on the CPU, 0…n−1
  static Tensor of(CrfParams params, RgbImage picture, Tensor probabilities) {
    return new DenseCrf(params).infer(picture.tensor(), probabilities).argmax(0);
  }
}
