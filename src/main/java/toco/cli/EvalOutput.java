package toco.cli;

import java.nio.file.Path;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import toco.eval.EvalReport;
import toco.eval.Skipped;

/// The options for the output of an evaluation.
final class EvalOutput {
  @Option(
      names = "--bootstrap",
      paramLabel = "N",
      description = "Add 95 %% bootstrap intervals from N resamples of the images, such as 1000.")
  int bootstrap;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of the resamples (default: 0).")
  long seed;

  @Option(names = "--json", description = "Print the content of eval.json instead of tables.")
  boolean json;

  /// Checked before the first image, so that a wrong option is not reported after an hour.
  void requireValid(CommandLine command) {
    if (bootstrap != 0 && bootstrap < 2) {
      throw new ParameterException(command, "--bootstrap must be ≥ 2, got " + bootstrap);
    }
  }

  /// Writes `eval.json` and prints it or the tables; the exit status tells whether images are
  /// missing.
  int show(EvalReport report, Path folder, Console console, ProgressReport progress) {
    var file = folder.resolve("eval.json");
    report.write(file);
    if (json) {
      console.printJson(report.toJson());
    } else {
      console.print(report.text());
    }
    progress.onMessage("wrote " + file);
    if (report.skipped().isEmpty()) {
      return ExitStatus.SUCCESS;
    }
    var names = report.skipped().stream().map(Skipped::name).collect(Collectors.joining(", "));
    progress.onMessage(
        "%s of %s images are not scored, see eval.json for the reasons: %s"
            .formatted(report.skipped().size(), report.images(), names));
    return ExitStatus.SKIPPED;
  }
}
