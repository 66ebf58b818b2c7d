package toco.cli;

import java.nio.file.Files;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
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
      "A checkpoint of a training run contains its configuration; other weights need --config."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco export --checkpoint runs/demo --format onnx demo.onnx",
      "  toco export --config configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --format torchscript toco_voc.ts"
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
          "Weights: a checkpoint of a run, another safetensors file, a .pth of PyTorch, or a run's"
              + " folder, which stands for its newest checkpoint.")
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
    boolean isRun = Files.isDirectory(checkpoint) && config == null;
    try (var network = load(isRun ? TrainedNetwork.newestOf(checkpoint) : checkpoint)) {
      var known = target.format().write(target.out(), network);
      console.progress().onMessage("wrote %s: %s".formatted(target.out(), known));
    }
    return ExitStatus.SUCCESS;
  }

  private TrainedNetwork load(Path file) {
    return chosen.open(file, config(file), Device.CPU);
  }

  private Config config(Path file) {
    if (config != null) {
      return Config.load(config, List.of());
    }
    var yaml =
        Checkpoint.configOf(file)
            .orElseThrow(() ->
                new ParameterException(
                    spec.commandLine(),
                    "%s contains no configuration; add --config CONFIG".formatted(file)));
    return Config.parse(yaml, file.toString(), List.of());
  }
}
