package toco.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
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
import toco.files.UserPath;
import toco.foreign.ForeignNetwork;
import toco.host.Devices;
import toco.torch.Device;

/// The options that select a trained network, and the configuration to use it with.
final class NetworkOptions {
  private static final Pattern FILE =
      Pattern.compile("(?i).*[/\\\\].*|.*\\.(onnx|ts|pt|pth|torchscript|jit)");

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

  @Option(
      names = "--network",
      paramLabel = "NAME|FILE",
      description = {
        "With --checkpoint: which of its networks, of a recipe with several: trained, or another"
            + " that toco checkpoint inspect lists, such as teacher (default: the one that is"
            + " evaluated).",
        "Without: the file of a segmentation network of another program, TorchScript or .onnx,"
            + " which gives logits [1, C, h, w] of the classes of CONFIG, background first."
      })
  @Nullable String network;

  @Mixin ForeignOptions foreign = new ForeignOptions();

  @Mixin SetOption set = new SetOption();

  /// The configuration.
  Config load() {
    var overrides = set.overrides();
    if (isForeign()) {
      if (config == null) {
        throw new ParameterException(
            spec.commandLine(),
            "Missing required parameter: 'CONFIG', which names data and classes of --network FILE");
      }
      return ForeignNetwork.config(config, overrides, foreign.input(spec));
    }
    foreign.requireUnused(spec);
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

  /// Whether `--network` is a file of another program. A checkpoint makes it a name, so that a file
  /// that happens to have a network's name changes nothing.
  boolean isForeign() {
    if (network == null || checkpoint == null) {
      return network != null;
    }
    if (FILE.matcher(network).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          ("--network %s is a file, and --checkpoint %s has a network of its own; leave one of them"
                  + " out")
              .formatted(network, checkpoint));
    }
    return false;
  }

  /// Checks that the network is one with class activation maps.
  void requireMaps() {
    if (isForeign()) {
      throw new ParameterException(
          spec.commandLine(),
          ("--network %s is a network of another program, of which only segmentations are known;"
                  + " use it with toco eval, infer seg, infer cam-as-seg or pseudo-labels")
              .formatted(network));
    }
  }

  /// The file of the weights.
  Path weights() {
    if (isForeign()) {
      return UserPath.of(Objects.requireNonNull(network));
    }
    if (checkpoint == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing required option: '--checkpoint=FILE'");
    }
    return TrainedNetwork.fileOf(checkpoint);
  }

  /// What else results depend on: the name of a checkpoint's network, or how a foreign one is
  /// called; null: the network that is evaluated.
  @Nullable String network() {
    return isForeign() ? foreign.input(spec).describe() : network;
  }

  /// The end of a name for the network's results; empty for the one that is evaluated.
  String suffix() {
    return isForeign()
        ? "-" + String.valueOf(weights().getFileName()).replaceFirst("\\.[^.]+$", "")
        : network == null ? "" : "-" + network;
  }

  /// The network on the configuration's device.
  TrainedNetwork open(Config loaded) {
    return open(loaded, Devices.prepare(loaded.train()));
  }

  /// The same on a device.
  TrainedNetwork open(Config loaded, Device device) {
    return isForeign()
        ? ForeignNetwork.open(weights(), foreign.input(spec), loaded, device)
        : NetworkOption.open(weights(), network, loaded, device);
  }
}
