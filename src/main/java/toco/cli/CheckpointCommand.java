package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "checkpoint",
    header = "Inspects, converts, compares and averages files of weights.",
    description = {
      "Reads safetensors (one file, or a sharded one by its index), PyTorch's .pth and .pt, and the"
          + " checkpoints of training runs. Nothing in a file is executed.",
      "convert and average write .safetensors, .pth or .pt, depending on the extension, and only"
          + " weights: a training can only be resumed from its own checkpoints."
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco checkpoint inspect runs/demo/checkpoints/step-000600.safetensors",
      "  toco checkpoint convert runs/demo/checkpoints/step-000600.safetensors demo.pth"
    })
final class CheckpointCommand {
  private CheckpointCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new CheckpointCommand())
        .addSubcommand(new CheckpointInspectCommand(console))
        .addSubcommand(new CheckpointConvertCommand(console))
        .addSubcommand(new CheckpointDiffCommand(console))
        .addSubcommand(new CheckpointAverageCommand(console));
  }
}
