package toco.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TorchScriptExport;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.torch.Device;

@Command(
    name = "export",
    header = "Writes a trained network as TorchScript, for C++ and Python.",
    description = {
      "forward(x) takes normalised images [B, 3, H, W] of any size and returns a dict with cls,"
          + " seg, cam and camAux. Before the file is put in place, it is run once and compared"
          + " with the network.",
      "A checkpoint of a training run contains its configuration; other weights need --config."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco export --checkpoint runs/demo --torchscript demo.ts",
      "  toco export --config configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --torchscript toco_voc.ts"
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

  @Option(
      names = "--torchscript",
      required = true,
      paramLabel = "OUT",
      description = "The file to write.")
  @SuppressWarnings("NullAway.Init")
  Path out;

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
      double difference = TorchScriptExport.write(out, network.model(), network.config());
      console
          .progress()
          .onMessage(
              String.format(
                  Locale.ROOT,
                  "wrote %s: outputs differ from the network's by at most %.1e of their largest"
                      + " value",
                  out,
                  difference));
    }
    return ExitStatus.SUCCESS;
  }

  private TrainedNetwork load(Path file) {
    return chosen.network == null
        ? TrainedNetwork.load(file, config(file), Device.CPU)
        : TrainedNetwork.loadNetwork(file, chosen.network, config(file), Device.CPU);
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
