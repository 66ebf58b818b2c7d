package toco.eval;

import org.jspecify.annotations.Nullable;
import toco.config.Protocol;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.refine.DenseCrf;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What comes after the segmentation, on threads of its own: the dense CRF. Used by several threads
/// at once.
@FunctionalInterface
interface LabelRefinement {
  /// @param probabilities float32 [C, H, W] on the CPU, background first
  /// @param picture H×W
  LabelMap refine(Tensor probabilities, RgbImage picture);

  /// What a protocol asks for; null if nothing.
  static @Nullable LabelRefinement of(Protocol protocol) {
    var params = protocol.crf();
    if (params == null) {
      return null;
    }
    var crf = new DenseCrf(params, 1); // threads are the caller's
    return (probabilities, picture) -> {
      try (var _ = TensorScope.open()) {
        var marginals = crf.infer(picture.tensor(), probabilities);
        return TensorPictures.labelMap(marginals.argmax(0));
      }
    };
  }
}
