package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "checkpoint",
    header = "Looks into files of weights, converts and compares them.",
    description = {
      "Reads safetensors (one file, or several by their index), PyTorch's .pth and .pt, and the"
          + " checkpoints of training runs. Nothing in a file is executed.",
      "convert and average write .safetensors, .pth or .pt by the ending of the name, and weights"
          + " alone: a run goes on from its own checkpoints only."
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
