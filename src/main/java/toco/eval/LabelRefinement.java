package toco.eval;

import org.jspecify.annotations.Nullable;
import toco.cam.ImageEvaluation;
import toco.config.PixelStatistics;
import toco.config.Protocol;
import toco.image.RgbImage;
import toco.refine.DenseCrf;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Post-processing of a segmentation that runs on the threads of a [RefinementPool]: the dense CRF.
/// Several threads use one at the same time.
@FunctionalInterface
interface LabelRefinement {
  /// @param probabilities float32 [n, H, W] on the CPU, background first
  /// @param picture the image, H×W
  /// @return int64 [H, W] on the CPU: the plane of each pixel, in the innermost scope
  Tensor refine(Tensor probabilities, RgbImage picture);

  /// The refinement of a protocol; null if it has none.
  ///
  /// @param statistics of the network's input
  static @Nullable LabelRefinement of(
      Protocol protocol, ImageEvaluation evaluation, PixelStatistics statistics) {
    var params = protocol.crf();
    if (params == null) {
      return null;
    }
    var crf = new DenseCrf(params, 1); // the pool's threads are the parallelism
    return (probabilities, picture) ->
        TensorScope.scoped(
            () -> crf.infer(evaluation.crfImage(picture, statistics), probabilities).argmax(0));
  }
}
