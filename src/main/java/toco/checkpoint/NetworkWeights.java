package toco.checkpoint;

import java.nio.file.Path;
import toco.model.Toco;
import toco.torch.TensorScope;

/// Weights of a whole network, put into one.
public final class NetworkWeights {
  private NetworkWeights() {}

  /// The encoder's own classifier, which the published code's files carry and nothing uses.
  static final String ENCODER_HEAD = "encoder.head.";

  /// Loads weights: a checkpoint of a run, another safetensors file, or a `.pth` of PyTorch.
  ///
  /// @throws CheckpointException if they are of another number of classes, or do not fit otherwise
  public static void load(Path file, Toco model) {
    try (var _ = TensorScope.open()) {
      var weights = StateDict.load(file);
      requireClasses(weights, model.config().numClasses());
      weights.into(model.params().all(), name -> name.startsWith(ENCODER_HEAD));
    }
  }

  /// A file of another number of classes has other layers, too; this is the reason to give.
  private static void requireClasses(StateDict weights, int numClasses) {
    var last = weights.tensors().get("decoder.conv8.weight");
    if (last != null && last.shape().dims() > 0 && last.size(0) != numClasses) {
      throw new CheckpointException(
          weights.source(),
          "has %d classes, background included, but model.numClasses is %d; give the configuration it was trained with, or set data.classNames and model.numClasses"
              .formatted(last.size(0), numClasses));
    }
  }
}
