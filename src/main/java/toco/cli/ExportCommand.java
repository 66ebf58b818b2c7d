package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.hub.HubExport;
import toco.torch.Device;

@Command(
    name = "export",
    header = "Writes a trained network for other programs.",
    description = {
      "torchscript, for C++ and Python: forward(x) takes normalised images [B, 3, H, W] of any size"
          + " and returns a dict with cls, seg, cam and camAux.",
      "onnx, for programs of any language: input image, outputs as above, of any size too; class"
          + " names and normalisation are in the metadata.",
      "Before a file is put in place, it is run and compared with the network.",
      "hf, a new folder in Hugging Face's layout: model.safetensors, config.json,"
          + " preprocessor_config.json and a model card, README.md, with classes, settings, and the"
          + " run's scores and picture. Every command takes the folder as its --checkpoint, and"
          + " model.init to train further. Paths of this machine are left out.",
      "A checkpoint of a training run contains its configuration; other weights need --config."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco export --checkpoint runs/demo --format onnx demo.onnx",
      "  toco export --config configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --format torchscript toco_voc.ts",
      "  toco export --checkpoint runs/demo --format hf my-model"
    })
final class ExportCommand implements Callable<Integer> {
  private static final Pattern LICENCE = Pattern.compile("[a-z0-9][a-z0-9.-]*");

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

  @Option(
      names = {"--license", "--licence"},
      paramLabel = "ID",
      description =
          "With --format hf: the licence of the weights in the model card, such as apache-2.0, by"
              + " Hugging Face's identifiers (default: unknown).")
  @Nullable String licence;

  @Mixin NetworkOption chosen = new NetworkOption();

  ExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var licenceId = licence();
    target.format().check(target.out());
    try (var network = load(TrainedNetwork.fileOf(checkpoint))) {
      var about = target.format().write(target.out(), network, licenceId);
      console.progress().onMessage("wrote %s: %s".formatted(target.out(), about));
    }
    return ExitStatus.SUCCESS;
  }

  private String licence() {
    if (licence == null) {
      return HubExport.UNKNOWN_LICENCE;
    }
    if (target.format() != ExportFormat.HF) {
      throw new ParameterException(
          spec.commandLine(), "--license is written by --format hf only; leave it out");
    }
    if (!LICENCE.matcher(licence).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "--license must be an identifier such as apache-2.0, mit, cc-by-nc-4.0 or other, got '%s'"
              .formatted(licence));
    }
    return licence;
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
