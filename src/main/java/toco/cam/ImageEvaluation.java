package toco.cam;

import java.util.List;
import toco.config.PixelStatistics;
import toco.image.RgbImage;
import toco.model.Network;
import toco.torch.Tensor;

/// How an evaluation protocol makes label maps of images. Recipes add those of their published code
/// (`recipes/Recipes.java` chooses by [toco.config.Protocol#source]); evaluation and inference know
/// only this.
public interface ImageEvaluation {
  /// Checks that a network has what the protocol needs.
  ///
  /// @throws IllegalArgumentException if it has not
  default void requireFits(Network model) {}

  /// Runs a network on an image. Call it inside [toco.torch.InferenceMode] or
  /// [toco.torch.GradMode#noGrad].
  ///
  /// @param image at native size; must stay valid
  EvaluatedImage of(Network model, RgbImage image);

  /// The same for images that the protocol resizes to one size.
  default List<EvaluatedImage> of(Network model, List<RgbImage> images) {
    return images.stream().map(image -> of(model, image)).toList();
  }

  /// The image that the dense CRF sees.
  ///
  /// @return uint8 [H, W, 3]
  default Tensor crfImage(RgbImage image, PixelStatistics statistics) {
    return image.tensor();
  }
}
