package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "infer",
    header = "Runs a trained network on images: CAMs, segmentations, token similarities.",
    description =
        "CONFIG is usually that of the run, RUN/config.yaml. Results keep the names and sub-folders"
            + " of the images.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco infer seg runs/pets/config.yaml --checkpoint pets.safetensors --images photos --out"
          + " seg",
      "  toco infer cam runs/pets/config.yaml --checkpoint pets.safetensors --images a.jpg --out"
          + " cam"
    })
final class InferCommand {
  private InferCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new InferCommand())
        .addSubcommand(new InferCamCommand(console))
        .addSubcommand(new InferSegCommand(console))
        .addSubcommand(new InferCamAsSegCommand(console))
        .addSubcommand(new InferTokensCommand(console));
  }
}
