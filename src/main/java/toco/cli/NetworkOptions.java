package toco.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.host.Devices;
import toco.torch.Device;

/// The options that select a trained network, and the configuration to use it with.
final class NetworkOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description =
          "YAML file that describes model and data (default: the configuration in the checkpoint).")
  @Nullable Path config;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Weights: a checkpoint of a run, another safetensors file, a .pth of PyTorch, a folder"
              + " written by toco export --format hf, or a run's, which stands for its newest"
              + " checkpoint.")
  @Nullable Path checkpoint;

  @Mixin NetworkOption chosen = new NetworkOption();

  @Mixin SetOption set = new SetOption();

  /// The configuration.
  Config load() {
    var overrides = set.overrides();
    return config == null
        ? configOf(weights(), overrides, spec, "the file of one as CONFIG")
        : Config.load(config, overrides);
  }

  /// The configuration in a checkpoint.
  ///
  /// @param remedy what to add if there is none
  static Config configOf(Path file, Overrides overrides, CommandSpec spec, String remedy) {
    var yaml =
        Checkpoint.configOf(file)
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    "%s contains no configuration; add %s".formatted(file, remedy)));
    return Config.parse(yaml, file.toString(), overrides);
  }

  /// The file of the weights.
  Path weights() {
    if (checkpoint == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing required option: '--checkpoint=FILE'");
    }
    return TrainedNetwork.fileOf(checkpoint);
  }

  /// The name of the network that was chosen; null: the one that is evaluated.
  @Nullable String network() {
    return chosen.network;
  }

  /// The network on the configuration's device.
  TrainedNetwork open(Config loaded) {
    return open(loaded, Devices.prepare(loaded.train()));
  }

  /// The same on a device.
  TrainedNetwork open(Config loaded, Device device) {
    return chosen.open(weights(), loaded, device);
  }
}
