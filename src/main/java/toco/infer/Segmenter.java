package toco.infer;

import toco.config.Protocol;
import toco.eval.MultiScaleInference;
import toco.image.RgbImage;
import toco.torch.Tensor;

/// Segments images as a protocol says (METHOD "Evaluation").
final class Segmenter {
  private final TrainedNetwork network;
  private final Protocol protocol;
  private final MultiScaleInference inference;

  Segmenter(TrainedNetwork network, Protocol.Name name) {
    this.network = network;
    protocol = Protocol.of(name, network.config());
    inference = new MultiScaleInference(protocol.scales(), protocol.flip(), protocol.combine());
  }

  /// Labels of an image at its own size.
  ///
  /// @return int64 [H, W], 0…K
  Tensor labels(RgbImage picture) {
    var input = MultiScaleInference.input(picture, protocol.sizePx(), network.device());
    var logits = inference.logits(network.model(), input, picture.heightPx(), picture.widthPx());
    return protocol.crf() == null
        ? logits.argmax(1).select(0, 0)
        : DenseLabels.of(protocol.crf(), picture, logits.softmax(1).select(0, 0));
  }
}
