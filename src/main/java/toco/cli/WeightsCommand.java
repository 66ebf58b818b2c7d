package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "weights",
    header = "Lists and downloads published weights of encoders.",
    description = {
      "With model.pretrained=get:NAME a training downloads the weights when it first needs them.",
      "docs/WEIGHTS.md has the names and licences."
    },
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco weights list",
      "  toco weights get vit_small_patch14_dinov2",
      "  toco train configs/voc_deit_b.yaml --set model.pretrained=get:deit_base_patch16_224"
    })
final class WeightsCommand {
  private WeightsCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new WeightsCommand())
        .addSubcommand(new WeightsListCommand(console))
        .addSubcommand(new WeightsGetCommand(console));
  }
}
