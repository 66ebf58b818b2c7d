package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.bench.Card;
import toco.bench.CheckSizes;
import toco.bench.DeviceLoader;
import toco.bench.DeviceSteps;
import toco.bench.StepTrace;
import toco.config.Config;

/// One section of `bench gpu`, in the process that it starts for it. Prints one JSON object per
/// row.
@Command(
    name = "gpu-section",
    hidden = true,
    header = "Measures one section of bench gpu.",
    description = "Prints one JSON object per row, each as it is measured.")
final class BenchGpuSectionCommand implements Callable<Integer> {
  private final Console console;

  /// The sections that are measured by this program itself.
  enum Measured {
    STEPS,
    TRACE,
    LOADER
  }

  @Parameters(paramLabel = "NAME", description = "steps, trace or loader.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Measured section;

  @Option(names = "--card", paramLabel = "NAME", description = "The GPU's name.")
  @Nullable String card;

  @Option(names = "--tiny", description = "Measure the smallest sizes.")
  boolean tiny;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "A synthetic data set.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the trace and the loader's images.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  Path out;

  @Mixin SetOption set = new SetOption();

  BenchGpuSectionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var sizes = tiny ? CheckSizes.tiny() : CheckSizes.full();
    switch (section) {
      case STEPS -> DeviceSteps.run(plan(sizes), console::printJson);
      case TRACE ->
          console.printJson(
              StepTrace.run(
                  Config.parse("", "defaults", sizes.published().plus(set.overrides())),
                  out.resolve("trace.json")));
      case LOADER ->
          DeviceLoader.run(
              sizes.published().plus(set.overrides()),
              data,
              out.resolve("photos"),
              sizes.workers(),
              2 * sizes.seconds(),
              console::printJson);
    }
    return ExitStatus.SUCCESS;
  }

  private DeviceSteps.Plan plan(CheckSizes sizes) {
    return new DeviceSteps.Plan(
        sizes.settings().plus(set.overrides()),
        sizes.backbones().reversed(), // the largest first, in case that time runs out
        sizes.samples(),
        sizes.precisions(),
        sizes.seconds(),
        card == null ? null : new Card(card));
  }
}
