package toco.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import toco.config.Config;
import toco.model.Network;
import toco.recipe.Recipe;
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
    return load(checkpoint, config, Recipes.of(config), device);
  }

  /// The same for a recipe of your own program.
  public static TrainedNetwork load(Path checkpoint, Config config, Recipe recipe, Device device) {
    return load(
        checkpoint,
        config,
        recipe,
        device,
        model -> NetworkWeights.load(checkpoint, model, recipe.evaluated()));
  }

  /// The same, but not the evaluated network of a checkpoint.
  ///
  /// @param network its name, see [CheckpointNetworks]
  /// @throws CheckpointException also if the file is no checkpoint or has no such network
  public static TrainedNetwork loadNetwork(
      Path checkpoint, String network, Config config, Device device) {
    return load(
        checkpoint,
        config,
        Recipes.of(config),
        device,
        model -> {
          try (var _ = TensorScope.open()) {
            NetworkWeights.load(CheckpointNetworks.load(checkpoint, network), model);
          }
        });
  }

  private static TrainedNetwork load(
      Path checkpoint, Config config, Recipe recipe, Device device, Consumer<Network> weights) {
    Checkpoint.requireSameNetwork(checkpoint, config);
    var model = recipe.network(device);
    try {
      weights.accept(model);
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
    var file = newestOf(runDir);
    return load(file, configOf(file), device);
  }

  /// The newest usable checkpoint of a run.
  ///
  /// @throws CheckpointException if the run has none
  public static Path newestOf(Path runDir) {
    try (var _ = TensorScope.open()) {
      return Checkpoint.latest(runDir)
          .orElseThrow(() -> new CheckpointException(runDir, "has no checkpoint; train it first"))
          .file();
    }
  }

  private static Config configOf(Path checkpoint) {
    var yaml = Checkpoint.configOf(checkpoint).orElse("");
    return Config.parse(yaml, checkpoint.toString(), List.of());
  }

  @Override
  public void close() {
    model.close();
  }
}
