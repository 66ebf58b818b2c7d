package toco.checkpoint;

import java.nio.file.Path;
import java.util.List;
import toco.config.Config;
import toco.model.Network;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.TensorScope;

/// A network with trained weights and the configuration to use it with. Owns the network.
///
/// @param config describes the network, its classes, and the sizes and scales of its input
/// @param model on the device
/// @param device of the weights
public record TrainedNetwork(Config config, Network model, Device device) implements AutoCloseable {
  /// Loads weights: a checkpoint of a run, another safetensors file, a `.pth` of PyTorch or a
  /// network exported as TorchScript.
  ///
  /// @throws CheckpointException if the file does not hold the network's weights
  /// @throws toco.config.ConfigException if the file is a checkpoint of another network than the
  ///   configuration's
  public static TrainedNetwork load(Path checkpoint, Config config, Device device) {
    Checkpoint.requireSameNetwork(checkpoint, config.model());
    var model = Recipes.of(config).network(device);
    try {
      NetworkWeights.load(checkpoint, model);
      return new TrainedNetwork(config, model, device);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// Loads the newest usable checkpoint of a run, with the configuration it was trained with.
  ///
  /// @throws CheckpointException if the run has none
  public static TrainedNetwork ofRun(Path runDir, Device device) {
    try (var _ = TensorScope.open()) {
      var found =
          Checkpoint.latest(runDir)
              .orElseThrow(
                  () -> new CheckpointException(runDir, "has no checkpoint; train it first"));
      var origin = found.file().toString();
      var config = Config.parse(found.checkpoint().configYaml(), origin, List.of());
      return load(found.file(), config, device);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
