package toco.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import toco.model.Network;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Loads the weights of a whole network.
public final class NetworkWeights {
  private NetworkWeights() {}

  /// The classifier of the encoder: in files of the published code, but not used by anything.
  static final String ENCODER_HEAD = "encoder.head.";

  /// Loads weights from a checkpoint of a run, another safetensors file, a `.pth` file of PyTorch,
  /// or a network exported as TorchScript.
  ///
  /// @return the network's weights that were loaded, see [#load(Path, Network, Optional)]
  /// @throws CheckpointException if the number of classes differs, or any name or shape
  public static Map<String, Tensor> load(Path file, Network model) {
    return load(file, model, Optional.empty());
  }

  /// The same, but of a checkpoint the weights of one of its recipe's other networks.
  ///
  /// @param evaluated the name of that network, see [toco.recipe.Recipe#evaluated]
  /// @return the network's weights that were loaded: all, or of a file that has no others those
  ///   that inference needs
  public static Map<String, Tensor> load(Path file, Network model, Optional<String> evaluated) {
    try (var _ = TensorScope.open()) {
      return load(
          evaluated.flatMap(name -> other(file, name)).orElseGet(() -> StateDict.load(file)),
          model);
    }
  }

  /// The same with weights that are already read.
  static Map<String, Tensor> load(StateDict found, Network model) {
    var weights =
        new StateDict(found.source(), WeightNames.ofNetwork(found.tensors()), found.origin());
    requireClasses(weights, model.config().numClasses());
    var loaded = needed(weights, model);
    weights.into(loaded, name -> name.startsWith(ENCODER_HEAD));
    return loaded;
  }

  private static Optional<StateDict> other(Path file, String network) {
    var weights = CheckpointFormat.networkOf(MappedFile.open(file), network);
    return weights.isEmpty() ? Optional.empty() : Optional.of(new StateDict(file, weights));
  }

  /// Exported networks lack what only training needs, such as ToCo's projection heads.
  private static Map<String, Tensor> needed(StateDict weights, Network model) {
    var all = model.params().all();
    var always = model.inferenceWeights();
    boolean isComplete =
        weights.tensors().keySet().stream()
            .anyMatch(name -> all.containsKey(name) && !always.containsKey(name));
    return isComplete ? all : always;
  }

  /// With another number of classes, several shapes differ; this names the reason instead.
  private static void requireClasses(StateDict weights, int numClasses) {
    var last = weights.tensors().get("decoder.conv8.weight");
    if (last != null && last.shape().dims() > 0 && last.size(0) != numClasses) {
      throw new CheckpointException(
          weights.source(),
          ("has %s classes, background included, but model.numClasses is %s; give the configuration"
                  + " it was trained with, or set data.classNames and model.numClasses")
              .formatted(last.size(0), numClasses));
    }
  }
}
