package toco.cli;

import java.nio.file.Path;
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
    name = "convert",
    header = "Writes the weights of a file in another format.",
    description = {
      "The extension of OUT sets the format: .safetensors, or .pth and .pt, which torch.load reads"
          + " with weights_only=True and, with --published, the published tools with strict=True.",
      "Of a training checkpoint only the network's weights are written: of a recipe with several"
          + " networks, those of the one that is evaluated."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco checkpoint convert runs/voc_deit_b/checkpoints/step-020000.safetensors toco_voc.pth"
          + " \\",
      "    --published",
      "  toco checkpoint convert toco_voc.pth toco_voc_half.safetensors --dtype float16"
    })
final class CheckpointConvertCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(index = "0", paramLabel = "IN", description = "A file of weights.")
  @SuppressWarnings("NullAway.Init")
  Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  @SuppressWarnings("NullAway.Init")
  Path out;

  @Option(
      names = "--published",
      description =
          "Add the encoder's unused ImageNet classifier, filled with zeros: the published tools"
              + " load with strict=True and expect it.")
  boolean published;

  @Mixin NetworkOption network = new NetworkOption();

  @Mixin WeightsOutput output = new WeightsOutput();

  CheckpointConvertCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var form = output.form(spec.commandLine());
    WeightsFile.requireWritable(out);
    try (var _ = TensorScope.open()) {
      var weights = network.load(in);
      var tensors = published ? WeightsFile.asPublished(weights.tensors()) : weights.tensors();
      WeightsFile.write(out, tensors, form);
      console.progress().onMessage("wrote %s: %s tensors".formatted(out, tensors.size()));
    }
    return ExitStatus.SUCCESS;
  }
}
