package toco.cli;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.host.Devices;

/// The options that select a trained network.
final class NetworkOptions {
  @Parameters(paramLabel = "CONFIG", description = "YAML file that describes model and data.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path config;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description =
          "Weights: a checkpoint of a run, another safetensors file, or a .pth of PyTorch.")
  @SuppressWarnings("NullAway.Init")
  Path checkpoint;

  @Mixin NetworkOption chosen = new NetworkOption();

  @Mixin SetOption set = new SetOption();

  Config load() {
    return Config.load(config, set.overrides());
  }

  /// The network on the configuration's device.
  TrainedNetwork open(Config loaded) {
    return chosen.open(checkpoint, loaded, Devices.prepare(loaded.train()));
  }
}
