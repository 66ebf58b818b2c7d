package toco.infer;

import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.cam.MultiScaleInference;
import toco.cam.NetworkInput;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.InferenceMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segments images by an evaluation protocol (METHOD "Evaluation"). Thread-safe for platform
/// threads.
///
/// ```java
/// try (var network = TrainedNetwork.ofRun(Path.of("runs/demo"), Device.CPU);
///     var arena = Arena.ofConfined()) {
///   var segmenter = new Segmenter(network, Protocol.Name.VOC);
///   var labels = segmenter.segment(ImageDecoder.decode(Path.of("cat.jpg"), arena));
///   ImageWriter.writePng(labels, Path.of("cat-labels.png"));
/// }
/// ```
public final class Segmenter {
  private final TrainedNetwork network;
  private final Protocol protocol;
  private final MultiScaleInference inference;
  private final MemoryLimit limit;

  /// @param network remains the caller's, and must not be closed before the last use of the
  ///   segmenter
  public Segmenter(TrainedNetwork network, Protocol.Name name) {
    this.network = network;
    protocol = Protocol.of(name, network.config());
    inference = MultiScaleInference.of(protocol);
    var memory = new InferenceMemory(network.config().model());
    limit = MemoryLimit.on(network.device(), size -> memory.segmentation(protocol, size));
  }

  /// Labels of an image at its native size, 0…K. All tensors created on the way are freed.
  ///
  /// @throws MemoryLimit.Exceeded if the image is too large for this machine's memory
  public LabelMap segment(RgbImage picture) {
    limit.require(picture);
    try (var _ = TensorScope.open();
        var _ = InferenceMode.enter()) {
      return TensorPictures.labelMap(labels(picture));
    }
  }

  /// @return [H, W], 0…K
  private Tensor labels(RgbImage picture) {
    var input = NetworkInput.of(picture, protocol.sizePx(), network.model());
    int height = picture.heightPx();
    int width = picture.widthPx();
    if (protocol.crf() == null) {
      return inference.labels(network.model(), input, height, width, null).select(0, 0);
    }
    var logits = inference.logits(network.model(), input, height, width);
    return DenseLabels.of(protocol.crf(), picture, logits.softmax(1).select(0, 0));
  }
}
