package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "submit",
    header = "Creates archives for evaluation servers.",
    description = "The servers have the masks of test images and score submitted segmentations.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco submit voc-test configs/voc_deit_b.yaml --checkpoint toco_voc.pth \\",
      "    --out results.tgz --set data.testList=lists/test.txt"
    })
final class SubmitCommand {
  private SubmitCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new SubmitCommand()).addSubcommand(new SubmitVocTestCommand(console));
  }
}
