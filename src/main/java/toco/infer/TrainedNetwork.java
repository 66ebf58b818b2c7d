package toco.infer;

import java.nio.file.Path;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.NetworkWeights;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;

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

  @Override
  public void close() {
    model.close();
  }
}
