package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.torch.Device;

@Command(
    name = "export",
    header = "Writes a trained network for other programs.",
    description = {
      "torchscript, for C++ and Python: forward(x) takes normalised images [B, 3, H, W] of any size"
          + " and returns a dict with cls, seg, cam and camAux. Before the file is put in place, it"
          + " is run once and compared with the network.",
      "hf: a new folder in Hugging Face's layout: model.safetensors, config.json,"
          + " preprocessor_config.json and a model card, README.md, with classes, settings, and the"
          + " run's scores and picture. Every command takes the folder as its --checkpoint.",
      "A checkpoint of a training run contains its configuration; other weights need --config."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco export --checkpoint runs/demo --format torchscript demo.ts",
      "  toco export --config configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --format torchscript toco_voc.ts",
      "  toco export --checkpoint runs/demo --format hf my-model"
    })
final class ExportCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description =
          "Weights: a checkpoint of a run, another safetensors file, a .pth of PyTorch, a folder"
              + " written by --format hf, or a run's, which stands for its newest checkpoint.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path checkpoint;

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init")
  Target target;

  /// What to write where, in one of two spellings.
  static final class Target {
    @ArgGroup(exclusive = false, multiplicity = "1")
    @Nullable Formatted formatted;

    @Option(
        names = "--torchscript",
        paramLabel = "OUT",
        description = "The same as --format torchscript OUT.")
    @Nullable Path torchScript;

    ExportFormat format() {
      return formatted == null ? ExportFormat.TORCHSCRIPT : formatted.format;
    }

    Path out() {
      return formatted == null ? Objects.requireNonNull(torchScript) : formatted.out;
    }
  }

  /// A format and its place.
  static final class Formatted {
    @Option(
        names = "--format",
        required = true,
        paramLabel = "FORMAT",
        description = "What to write: ${COMPLETION-CANDIDATES}.")
    @SuppressWarnings("NullAway.Init")
    ExportFormat format;

    @Parameters(paramLabel = "OUT", description = "Where to write it.")
    @SuppressWarnings("NullAway.Init")
    Path out;
  }

  @Option(
      names = "--config",
      paramLabel = "CONFIG",
      description = "YAML file that describes model and classes (default: the checkpoint's own).")
  @Nullable Path config;

  @Mixin NetworkOption chosen = new NetworkOption();

  ExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    target.format().check(target.out());
    try (var network = load(TrainedNetwork.fileOf(checkpoint))) {
      var known = target.format().write(target.out(), network);
      console.progress().onMessage("wrote %s: %s".formatted(target.out(), known));
    }
    return ExitStatus.SUCCESS;
  }

  private TrainedNetwork load(Path file) {
    return chosen.open(file, config(file), Device.CPU);
  }

  private Config config(Path file) {
    return config == null
        ? NetworkOptions.configOf(file, Overrides.NONE, spec, "--config CONFIG")
        : Config.load(config, List.of());
  }
}
