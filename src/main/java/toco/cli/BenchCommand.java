package toco.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(
    name = "bench",
    header = "Runs benchmarks.",
    description = "The results are those of this machine and its LibTorch.",
    synopsisSubcommandLabel = "COMMAND",
    footerHeading = "%nExamples:%n",
    footer = {"  toco bench ops", "  toco bench step", "  toco bench loader --data voc-mini"})
final class BenchCommand {
  private BenchCommand() {}

  static CommandLine commandLine(Console console) {
    return new CommandLine(new BenchCommand())
        .addSubcommand(new BenchOpsCommand(console))
        .addSubcommand(new BenchLoaderCommand(console))
        .addSubcommand(new BenchStepCommand(console))
        .addSubcommand(new BenchCrfCommand(console))
        .addSubcommand(new BenchScoresCommand(console))
        .addSubcommand(new BenchScalingCommand(console))
        .addSubcommand(new BenchGpuCommand(console))
        .addSubcommand(new BenchGpuSectionCommand(console));
  }
}
