package toco.recipe.more;

import org.jspecify.annotations.Nullable;
import toco.cam.EncodedImages;
import toco.cam.EvaluatedImage;
import toco.cam.ImageValues;

/// An image that was encoded as a square, for what does not depend on the kind of segmentation.
abstract class SquareImage implements EvaluatedImage {
  /// The square at scale 1, alone.
  final EncodedImages encoded;

  private @Nullable ImageValues values;

  SquareImage(EncodedImages encoded) {
    this.encoded = encoded;
  }

  @Override
  public ImageValues values() {
    if (values == null) {
      values = ImageValues.read(encoded.classLogits(), encoded.patchCosine()).getFirst();
    }
    return values;
  }
}
