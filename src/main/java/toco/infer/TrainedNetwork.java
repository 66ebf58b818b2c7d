package toco.infer;

import java.nio.file.Path;
import java.util.List;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.NetworkWeights;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.TensorScope;

/// A network with its weights, and the configuration it is used under. Owns the network.
///
/// @param config the network's shape, the scales and sizes that it sees images at, the classes
/// @param model on the device
/// @param device where it computes
public record TrainedNetwork(Config config, Toco model, Device device) implements AutoCloseable {
  /// Loads weights: a checkpoint of a run, another safetensors file, or a `.pth` of PyTorch.
  ///
  /// @throws toco.checkpoint.CheckpointException if the file holds no such weights
  /// @throws toco.config.ConfigException if they are of another network than the configuration's
  public static TrainedNetwork load(Path checkpoint, Config config, Device device) {
    Checkpoint.requireSameNetwork(checkpoint, config.model());
    var model = new Toco(config.model(), device);
    try {
      NetworkWeights.load(checkpoint, model);
      return new TrainedNetwork(config, model, device);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// The newest usable checkpoint of a run, under the configuration it was trained with.
  ///
  /// @throws toco.checkpoint.CheckpointException if the run has none
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
