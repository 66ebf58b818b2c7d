package toco.infer;

import toco.cam.ImageEvaluation;
import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.cam.Segmentation;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.recipes.Recipes;
import toco.torch.InferenceMode;
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
  private final ImageEvaluation evaluation;
  private final MemoryLimit limit;

  /// @param network remains the caller's, and must not be closed before the last use of the
  ///   segmenter
  /// @throws IllegalArgumentException if the network lacks what the protocol segments
  public Segmenter(TrainedNetwork network, Protocol.Name name) {
    this.network = network;
    protocol = Protocol.of(name, network.config()).forInference();
    evaluation = Recipes.evaluation(protocol);
    evaluation.requireFits(network.model());
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
      return labels(picture);
    }
  }

  private LabelMap labels(RgbImage picture) {
    var shown = evaluation.of(network.model(), picture);
    if (protocol.crf() == null) {
      return TensorPictures.labelMap(shown.labels().select(0, 0));
    }
    var segmentation = shown.segmentation();
    if (segmentation.planes().length == 1) { // no class is shown
      return TensorPictures.labelMap(segmentation.labels().select(0, 0));
    }
    var image = evaluation.crfImage(picture, network.config().model().statistics());
    var chosen = DenseLabels.of(protocol.crf(), image, segmentation.probabilities());
    return TensorPictures.labelMap(Segmentation.labelsOf(chosen, segmentation.planes()));
  }
}
