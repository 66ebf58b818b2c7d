package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.WeightsFile;
import toco.torch.TensorScope;

@Command(
    name = "average",
    header = "Averages the weights of several files.",
    description = {
      "The mean is computed in float64 and written in the first file's dtypes. Integer tensors must"
          + " be equal in all files; files of different networks are refused. Of checkpoints with"
          + " several networks, those that are evaluated are averaged."
    },
    footerHeading = "%nExamples:%n",
    footer = "  toco checkpoint average --out mean.safetensors runs/voc_deit_b/checkpoints/*")
final class CheckpointAverageCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Files with weights of the same network.")
  List<Path> files = List.of();

  @Option(names = "--out", required = true, paramLabel = "OUT", description = "The file to write.")
  @SuppressWarnings("NullAway.Init")
  Path out;

  @Mixin NetworkOption network = new NetworkOption();

  @Mixin WeightsOutput output = new WeightsOutput();

  CheckpointAverageCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var form = output.form(spec.commandLine());
    WeightsFile.requireWritable(out);
    try (var _ = TensorScope.open()) {
      var all = files.stream().map(network::load).toList();
      WeightsFile.write(out, WeightsFile.mean(all), form);
      console.progress().onMessage("wrote %s: the mean of %s files".formatted(out, all.size()));
    }
    return ExitStatus.SUCCESS;
  }
}
