package toco.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import toco.checkpoint.CheckpointNetworks;
import toco.checkpoint.StateDict;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.torch.Device;

/// The option that chooses one of the networks in a checkpoint.
final class NetworkOption {
  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "The network of a checkpoint of a recipe with several: trained, or another that toco"
              + " checkpoint inspect lists, such as teacher (default: the one that is evaluated).")
  @Nullable String network;

  /// That network of a checkpoint, on a device.
  TrainedNetwork open(Path file, Config config, Device device) {
    return open(file, network, config, device);
  }

  /// The network of this name of a checkpoint; null: the one that is evaluated.
  static TrainedNetwork open(Path file, @Nullable String network, Config config, Device device) {
    return network == null
        ? TrainedNetwork.load(file, config, device)
        : TrainedNetwork.loadNetwork(file, network, config, device);
  }

  /// The weights of that network, or of a file that is no checkpoint.
  StateDict load(Path file) {
    return CheckpointNetworks.load(file, network);
  }
}
