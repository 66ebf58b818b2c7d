package toco.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import toco.bench.RecipeBench;
import toco.bench.StepBench;
import toco.bench.StepProfile;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;

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
      "With --recipe, the steps of these recipes and of ToCo are made by turns, so that their"
          + " ratios hold on a busy machine too. Each has the images per step of its publication."
          + " Ratios are to ToCo, per image; memory is that of a process with this recipe alone,"
          + " estimated. With --json, one object: recipes (of each recipe, samples, stepSeconds,"
          + " ratio, cpuRatio, gflop, gflopRatio, peakBytes, parts), backbone, cropSizePx, threads,"
          + " device, libtorch, cpuCapability.",
      "",
      "A profile first warms up the JVM with 40 steps on small images, as the start of a training"
          + " run would. More steps (--iters) give a more precise share."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco bench step",
      "  toco bench step --backbone deit_tiny_patch16_224 --iters 5 --json",
      "  toco bench step --backbone deit_tiny_patch16_224 --profile",
      "  toco bench step --backbone deit_tiny_patch16_224 --recipe more,cosa"
    })
final class BenchStepCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--backbone",
      paramLabel = "NAME",
      defaultValue = "deit_base_patch16_224",
      description = "The encoder (default: deit_base_patch16_224).")
  String backbone = "";

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      split = ",",
      description = "Recipes to measure against ToCo, comma-separated: more, cosa.")
  List<RecipeName> recipes = new ArrayList<>();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Images per step (default: 2; with --recipe, as published).")
  @Nullable Integer samples;

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
    if (recipes.isEmpty()) {
      var config = Config.parse("", "defaults", settings().plus(set.overrides()));
      var result = StepBench.run(new StepBench.Options(config, iters, profile));
      print(result, () -> text(result));
    } else {
      var result = RecipeBench.run(configs(), iters);
      print(result, () -> text(result));
    }
    return ExitStatus.SUCCESS;
  }

  private void print(Object result, Supplier<String> text) {
    if (json) {
      console.printJson(result);
    } else {
      console.print(text.get());
    }
  }

  /// ToCo's, then those of the recipes that are named.
  private List<Config> configs() {
    if (profile || set.overrides().has("recipe")) {
      throw new ParameterException(
          spec.commandLine(),
          "--recipe measures several recipes; for a profile of one use --set recipe=NAME alone");
    }
    var ordered = new LinkedHashSet<>(List.of(Config.defaults().recipe()));
    ordered.addAll(recipes);
    return ordered.stream()
        .map(recipe ->
            Config.parse(
                "",
                "defaults",
                Overrides.of("recipe", recipe)
                    .plus(settings())
                    .plus(set.overrides().onlyFor(recipe))))
        .toList();
  }

  private Overrides settings() {
    var settings = Overrides.of("model.backbone", backbone).plus("augment.cropSizePx", cropSizePx);
    return samples == null ? settings : settings.plus("train.samplesPerProcess", samples);
  }

  private static String text(StepBench.Result result) {
    var text = new StringBuilder();
    result.parts().forEach((part, s) -> text.append(line(part, s)));
    text.append(line("step", result.stepSeconds()));
    text.append(
        String.format(
            Locale.ROOT,
            """
            peak memory      %8.0f MB
            matrix products  %8.0f GFLOP, %.0f %% of the %.0f GFLOP/s of a linear layer
            """,
            result.peakRssBytes() * 1e-6,
            result.gflop(),
            100 * result.matmulShare(),
            result.matmulGflops()));
    return result.profile() == null ? text.toString() : text + table(result.profile());
  }

  private static String text(RecipeBench.Result result) {
    var text =
        new StringBuilder(
            "recipe  images   s/step  s/image  of toco's  CPU of toco's   GFLOP  of toco's  memory,"
                + " MB\n");
    for (var row : result.recipes()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-6s %7d %8.3f %8.3f %10.2f %14.2f %7.0f %10.2f %11.0f\n",
              row.recipe(),
              row.samples(),
              row.stepSeconds(),
              row.stepSeconds() / row.samples(),
              row.ratio(),
              row.cpuRatio(),
              row.gflop(),
              row.gflopRatio(),
              row.peakBytes() * 1e-6));
    }
    for (var row : result.recipes()) {
      text.append("\n").append(row.recipe()).append("\n");
      row.parts().forEach((part, s) -> text.append("  ").append(line(part, s)));
    }
    return text.toString();
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
