package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "data",
    header = "Creates and checks data sets.",
    description = "The layouts and label formats of data sets are described in docs/DATA.md.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco data prepare voc2012 --root VOCdevkit/VOC2012",
      "  toco data check configs/own_data.yaml",
      "  toco data labels pets/labels.npy --csv pets/labels.csv --classes pets/classes.txt",
      "  toco data synthetic datasets/shapes"
    })
final class DataCommand {
  private DataCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new DataCommand())
        .addSubcommand(new DataCheckCommand(console))
        .addSubcommand(new DataLabelsCommand(console))
        .addSubcommand(new DataPrepareCommand(console))
        .addSubcommand(new DataPreviewCommand(console))
        .addSubcommand(new SyntheticCommand(console));
  }
}
