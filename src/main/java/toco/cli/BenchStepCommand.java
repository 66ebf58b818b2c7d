package toco.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.bench.StepBench;
import toco.bench.StepProfile;
import toco.config.Config;
import toco.config.Overrides;

@Command(
    name = "step",
    header = "Measures whole training steps on random images, part by part.",
    description = {
      "The steps are those of the configuration's model with all losses, after one step of"
          + " warm-up.",
      "With --json, one object: stepSeconds (median), parts, peakRssBytes, gflop (of the step's"
          + " matrix products), matmulGflops (what a linear layer reaches on this machine),"
          + " matmulShare, threads, device, libtorch, cpuCapability; with --profile also profile:"
          + " javaShare (share of the steps' time outside native functions), gcShare and"
          + " timingShare (garbage collection and the timing itself, parts of javaShare), downcalls"
          + " (per step), natives (the functions that take the longest), samples and javaHot (the"
          + " Java methods seen most often in these samples).",
      "",
      "A profile first warms up the JVM with 40 steps on small images, as the start of a training"
          + " run would. More steps (--iters) give a more precise share."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco bench step",
      "  toco bench step --backbone deit_tiny_patch16_224 --iters 5 --json",
      "  toco bench step --backbone deit_tiny_patch16_224 --profile"
    })
final class BenchStepCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      defaultValue = "deit_base_patch16_224",
      description = "The encoder (default: deit_base_patch16_224).")
  String backbone = "";

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "2",
      description = "Images per step (default: 2).")
  int samples;

  @Option(
      names = "--crop",
      paramLabel = "PX",
      defaultValue = "448",
      description = "Side of the images (default: 448).")
  int cropSizePx;

  @Option(
      names = "--iters",
      paramLabel = "N",
      defaultValue = "3",
      description = "Number of measured steps (default: 3).")
  int iters;

  @Option(
      names = "--profile",
      description = "Also measure the time in Java code and in each native function.")
  boolean profile;

  @Mixin SetOption set = new SetOption();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchStepCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var keys =
        Overrides.of("model.backbone", backbone)
            .plus("train.samplesPerProcess", samples)
            .plus("augment.cropSizePx", cropSizePx)
            .plus(set.overrides());
    var config = Config.parse("", "defaults", keys);
    var result = StepBench.run(new StepBench.Options(config, iters, profile));
    if (json) {
      console.printJson(result);
    } else {
      var text = new StringBuilder();
      result.parts().forEach((part, s) -> text.append(line(part, s)));
      text.append(line("step", result.stepSeconds()));
      console.print(
          text
              + String.format(
                  Locale.ROOT,
                  "peak memory      %8.0f MB\n"
                      + "matrix products  %8.0f GFLOP, %.0f %% of the %.0f GFLOP/s of a linear"
                      + " layer\n",
                  result.peakRssBytes() * 1e-6,
                  result.gflop(),
                  100 * result.matmulShare(),
                  result.matmulGflops()));
      if (result.profile() != null) {
        console.print(table(result.profile()));
      }
    }
    return ExitStatus.SUCCESS;
  }

  private static String line(String part, double seconds) {
    return String.format(Locale.ROOT, "%-16s %8.3f s\n", part, seconds);
  }

  private static String table(StepProfile.Result profile) {
    var text =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                """
                time in Java     %8.2f %%, with %.0f native calls per step
                  garbage coll.  %8.2f %%
                  the timing     %8.2f %%

                native function                calls       ms    share
                """,
                100 * profile.javaShare(),
                profile.downcalls(),
                100 * profile.gcShare(),
                100 * profile.timingShare()));
    for (var function : profile.natives()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-28s %7.0f %8.1f %6.2f %%\n",
              function.function(),
              function.calls(),
              function.ms(),
              100 * function.share()));
    }
    text.append(
        String.format(
            Locale.ROOT, "\n%-45s  share of %d samples\n", "Java method", profile.samples()));
    for (var method : profile.javaHot()) {
      text.append(
          String.format(Locale.ROOT, "%-45s %6.1f %%\n", method.method(), 100 * method.share()));
    }
    return text.toString();
  }
}
