package toco.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
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
/// @param loaded where the weights come from; null for a network that was made in the program
public record TrainedNetwork(
    Config config, Network model, Device device, @Nullable LoadedWeights loaded)
    implements AutoCloseable {
  /// A network that was made in the program.
  public TrainedNetwork(Config config, Network model, Device device) {
    this(config, model, device, null);
  }

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
        model ->
            new LoadedWeights(
                checkpoint, null, NetworkWeights.load(checkpoint, model, recipe.evaluated())));
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
            var weights = CheckpointNetworks.load(checkpoint, network);
            return new LoadedWeights(checkpoint, network, NetworkWeights.load(weights, model));
          }
        });
  }

  private static TrainedNetwork load(
      Path checkpoint,
      Config config,
      Recipe recipe,
      Device device,
      Function<Network, LoadedWeights> weights) {
    Checkpoint.requireSameNetwork(checkpoint, config);
    var model = recipe.network(device);
    try {
      return new TrainedNetwork(config, model, device, weights.apply(model));
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

  /// The file of weights that a user's path means: of a folder that `toco export --format hf`
  /// wrote, or of another one with weights, their file; of a run's folder its newest usable
  /// checkpoint; a file itself.
  ///
  /// @throws CheckpointException if the folder has none
  public static Path fileOf(Path given) {
    if (!Files.isDirectory(given)) {
      return given;
    }
    var weights = ShardedWeights.indexIn(given);
    return weights.equals(given) ? newestOf(given) : weights;
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
