package toco.infer;

import toco.config.CrfParams;
import toco.refine.DenseCrf;
import toco.torch.Tensor;

/// Labels from class probabilities by the dense CRF (METHOD "Evaluation").
final class DenseLabels {
  private DenseLabels() {}

  /// @param image uint8 [H, W, 3]
  /// @param probabilities float32 [n, H, W] with a sum of 1 at each pixel
  /// @return int64 [H, W] on the CPU, 0…n−1
  static Tensor of(CrfParams params, Tensor image, Tensor probabilities) {
    return new DenseCrf(params).infer(image, probabilities).argmax(0);
  }
}
