package toco.recipe.more;

import toco.cam.EncodedImages;
import toco.cam.EvaluatedImage;
import toco.cam.ImageEvaluation;
import toco.cam.LogitSegmentation;
import toco.cam.NetworkInput;
import toco.cam.SquareInference;
import toco.config.Protocol;
import toco.image.RgbImage;
import toco.model.Network;

/// MoRe's published evaluation of the decoder for VOC, see [SquareInference].
public record StraightSegmentation(Protocol protocol) implements ImageEvaluation {
  @Override
  public EvaluatedImage of(Network model, RgbImage image) {
    var square = NetworkInput.of(image, protocol.sizePx(), model); // [1, 3, size, size]
    return new Image(protocol, EncodedImages.of(model, square), image);
  }

  private static final class Image extends SquareImage {
    private final Protocol protocol;
    private final RgbImage image;

    Image(Protocol protocol, EncodedImages encoded, RgbImage image) {
      super(encoded);
      this.protocol = protocol;
      this.image = image;
    }

    @Override
    public LogitSegmentation segmentation() {
      var model = encoded.model();
      var inference = new SquareInference(protocol.sizePx(), protocol.scales());
      return new LogitSegmentation(
          inference.logits(model, NetworkInput.of(image, 0, model), encoded.segLogits()));
    }
  }
}
