package toco.recipe.more;

import toco.cam.EncodedImages;
import toco.cam.EvaluatedImage;
import toco.torch.Tensor;

/// An image that was encoded as a square, for what does not depend on the kind of segmentation.
interface SquareImage extends EvaluatedImage {
  /// The square at scale 1, alone.
  EncodedImages encoded();

  @Override
  default Tensor classLogits() {
    return encoded().classLogits().select(0, 0);
  }

  @Override
  default double patchCosine() {
    return encoded().patchCosine().item();
  }
}
