package toco.infer;

import java.util.Optional;
import toco.cam.ImageEvaluation;
import toco.cam.InferenceMemory;
import toco.cam.LogitSegmentation;
import toco.cam.MemoryLimit;
import toco.cam.Segmentation;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.image.LabelMap;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.recipes.Recipes;
import toco.refine.DenseCrf;
import toco.torch.Device;
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
  private final ImageEvaluation evaluation;
  private final MemoryLimit limit;
  private final MemoryLimit scoredLimit;

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
    scoredLimit =
        MemoryLimit.on(network.device(), size -> memory.scoredSegmentation(protocol, size));
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

  /// Labels and how sure they are.
  ///
  /// @param probabilities of each pixel's label, float32 [H, W] on the CPU
  public record Scored(LabelMap labels, Tensor probabilities) {}

  /// The same with probabilities, which belong to the caller's tensor scope.
  ///
  /// @throws MemoryLimit.Exceeded if the image is too large for this machine's memory
  public Scored segmentScored(RgbImage picture) {
    scoredLimit.require(picture);
    try (var scope = TensorScope.open();
        var _ = InferenceMode.enter()) {
      var scored = scored(evaluation.of(network.model(), picture).segmentation(), picture);
      scope.keep(scored.probabilities);
      return scored;
    }
  }

  /// The logits that the labels are the largest of, before any CRF. They belong to the caller's
  /// tensor scope.
  ///
  /// @return float32 [C, H, W] at the image's native size, background first; empty if the protocol
  ///   segments by class maps, which have no logits
  /// @throws MemoryLimit.Exceeded if the image is too large for this machine's memory
  public Optional<Tensor> logits(RgbImage picture) {
    scoredLimit.require(picture);
    try (var scope = TensorScope.open();
        var _ = InferenceMode.enter()) {
      return evaluation.of(network.model(), picture).segmentation()
              instanceof LogitSegmentation(Tensor logits)
          ? Optional.of(scope.keep(logits.select(0, 0).contiguous()))
          : Optional.empty();
    }
  }

  private LabelMap labels(RgbImage picture) {
    var shown = evaluation.of(network.model(), picture);
    return protocol.crf() == null
        ? TensorPictures.labelMap(shown.labels().select(0, 0))
        : scored(shown.segmentation(), picture).labels;
  }

  private Scored scored(Segmentation segmentation, RgbImage picture) {
    var planes = segmentation.planes();
    var probabilities = segmentation.probabilities(); // [n, H, W]
    if (protocol.crf() == null || planes.length == 1) { // no class is shown
      var labels = segmentation.labels().select(0, 0); // [H, W]
      return new Scored(
          TensorPictures.labelMap(labels), ofChosen(probabilities, positions(labels, planes)));
    }
    var image = evaluation.crfImage(picture, network.config().model().statistics());
    var marginals = new DenseCrf(protocol.crf()).infer(image, probabilities);
    var chosen = marginals.argmax(0);
    return new Scored(
        TensorPictures.labelMap(Segmentation.labelsOf(chosen, planes)),
        ofChosen(marginals, chosen));
  }

  /// The position of each label among the planes.
  private static Tensor positions(Tensor labels, long[] planes) {
    var table = new long[(int) planes[planes.length - 1] + 1];
    for (int i = 0; i < planes.length; i++) {
      table[(int) planes[i]] = i;
    }
    return Segmentation.labelsOf(labels, table);
  }

  /// @param chosen a plane for each pixel, int64 [H, W]
  private static Tensor ofChosen(Tensor planes, Tensor chosen) {
    var positions = chosen.to(planes.device()).unsqueeze(0);
    return planes.gather(0, positions).select(0, 0).to(Device.CPU).contiguous();
  }
}
