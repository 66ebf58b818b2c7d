package toco.eval;

import org.jspecify.annotations.Nullable;
import toco.config.Protocol;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.refine.DenseCrf;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Post-processing of a segmentation that runs on the threads of a [RefinementPool]: the dense CRF.
/// Several threads use one at the same time.
@FunctionalInterface
interface LabelRefinement {
  /// @param probabilities float32 [C, H, W] on the CPU, background first
  /// @param picture the image, H×W
  /// @return labels 0…C−1, H×W
  LabelMap refine(Tensor probabilities, RgbImage picture);

  /// The refinement of a protocol; null if it has none.
  static @Nullable LabelRefinement of(Protocol protocol) {
    var params = protocol.crf();
    if (params == null) {
      return null;
    }
    var crf = new DenseCrf(params, 1); // the pool's threads are the parallelism
    return (probabilities, picture) -> {
      try (var _ = TensorScope.open()) {
        var marginals = crf.infer(picture.tensor(), probabilities);
        return TensorPictures.labelMap(marginals.argmax(0));
      }
    };
  }
}
