package toco.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.bench.ScoresBench;
import toco.host.Machine;

@Command(
    name = "scores",
    header = "Measures how fast label maps are scored against masks.",
    description = {
      "Label maps of 500×375 px with 21 classes. With --json, one object: maps, pixelsMs (confusion"
          + " matrices alone), boundariesMs (matrices and boundaries, as in evaluations), threads,"
          + " miou (of the random maps)."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  toco bench scores", "  toco bench scores --maps 2000 --threads 2 --json"})
final class BenchScoresCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--maps",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Number of label maps (default: 2000).")
  int maps;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Number of threads (default: one per core).")
  int threads = Machine.cores();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchScoresCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var result = ScoresBench.run(maps, threads);
    if (json) {
      console.printJson(result);
    } else {
      console.print(
          String.format(
              Locale.ROOT,
              """
              pixels                %8.1f ms for %d label maps of 500×375 px, 21 classes
              pixels and boundaries %8.1f ms
              %d threads
              """,
              result.pixelsMs(),
              result.maps(),
              result.boundariesMs(),
              result.threads()));
    }
    return ExitStatus.SUCCESS;
  }
}
