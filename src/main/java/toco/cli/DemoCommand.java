package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.demo.ContrastComparison;
import toco.demo.Demo;
import toco.demo.DemoOptions;
import toco.demo.PhotoDemo;
import toco.demo.RecipeComparison;
import toco.demo.TrainingRun;

@Command(
    name = "demo",
    header = "Learns to segment synthetic shapes, or your photographs, from image-level labels.",
    description = {
      "Generates a small data set, trains ToCo on it from scratch and scores it on test images."
          + " Training never sees a mask. --recipe trains another method.",
      "Writes metrics.json, table.txt and overlays/test.png into the run's folder. With --json,"
          + " prints the content of metrics.json: segMiou, camMiou, camAuxMiou, classF1,"
          + " wallSeconds, peakRssBytes, patchCosine, seed, steps.",
      "With --compare, trains ToCo on a harder data set with and without its two token contrasts,"
          + " from several seeds, and scores all runs on the validation images. With --compare"
          + " recipes, trains every recipe there instead. Prints means, standard deviations and"
          + " what may be concluded, and writes compare.json, compare.txt and compare.png."
          + " compare.json has, by arm (withContrast and withoutContrast, or the recipes), runs (of"
          + " each the keys above and trainSeconds) and mean and sd of each score; then differences"
          + " (of the first arm minus another) and conclusions. The same command again resumes it;"
          + " finished runs are not repeated.",
      "With --photos, trains on a folder of photographs with a pretrained encoder, DINOv2-S."
          + " Classes and labels come from labels.csv in it (an image and its classes per line),"
          + " from another table, a .json of COCO or Label Studio, CVAT's annotations.xml, VOC's"
          + " Annotations, or one sub-folder per class. A fifth of the photographs, at most 200, is"
          + " held out, unless lists/val.txt names others; they are segmented, and scored if the"
          + " folder masks has their masks. Writes report.html, seg/labels, seg/overlay and"
          + " metrics.json into the run's folder. The same command again resumes the run."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco demo",
      "  toco demo --seed 1 --dir runs/seed1 --json",
      "  toco demo --recipe more",
      "  toco demo --compare",
      "  toco demo --compare recipes --seeds 5",
      "  toco demo --compare recipes --seconds 60",
      "  toco demo --photos pets --dir runs/pets",
      "  toco demo --set train.maxIters=60 --set train.warmupIters=5"
    })
final class DemoCommand implements Callable<Integer> {
  private static final int DEFAULT_SEEDS = 3;

  /// What resumes a run whose results are more than those of `toco train`.
  private static final String SAME_COMMAND = "the same command again";

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the run; the images stay the same (default: 0).")
  @Nullable Long seed;

  @Option(
      names = "--recipe",
      paramLabel = "NAME",
      description = "The method: toco, more or cosa (default: toco).")
  @Nullable RecipeName recipe;

  @Option(
      names = "--compare",
      arity = "0..1",
      paramLabel = "WHAT",
      fallbackValue = "contrasts",
      description =
          "Train ToCo with and without its token contrasts (contrasts, which may be left out), or"
              + " every recipe (recipes).")
  @Nullable Compared compare;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "With --compare: number of seeds, from --seed on (default: 3).")
  @Nullable Integer seeds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "With --compare recipes: train each recipe for as many steps as take about N seconds"
              + " here, instead of the same number of steps.")
  @Nullable Integer seconds;

  @Option(
      names = "--photos",
      paramLabel = "DIR",
      description = "Train on the photographs in this folder instead.")
  @Nullable Path photos;

  @Option(
      names = "--weights",
      paramLabel = "W",
      description =
          "With --photos: the encoder's weights, a file, a folder, or get:NAME, which is downloaded"
              + " (default: get:vit_small_patch14_dinov2.lvd142m).")
  @Nullable String weights;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Folder of the run or runs (default: runs/demo, runs/demo_RECIPE, runs/compare or"
              + " runs/compare-recipes, numbered if taken; runs/photos).")
  @Nullable Path dir;

  @Mixin SetOption set = new SetOption();

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  DemoCommand(Console console) {
    this.console = console;
  }

  /// What can be compared.
  enum Compared {
    CONTRASTS,
    RECIPES
  }

  @Override
  public Integer call() {
    requireFit();
    var changes = Overrides.NONE;
    if (weights != null) {
      changes = changes.plus("model.pretrained", weights);
    }
    if (recipe != null) {
      changes = changes.plus("recipe", recipe);
    }
    var options = new DemoOptions(configs(), dir, seed, changes.plus(set.overrides()));
    var progress = console.progress();
    return compare != null ? compare(options, compare, progress) : train(options, progress);
  }

  private void requireFit() {
    require(photos != null || weights == null, "--weights needs --photos");
    require(photos == null || compare == null, "--photos and --compare exclude each other");
    require(photos == null || recipe == null, "--photos and --recipe exclude each other");
    require(compare != null || seeds == null, "--seeds needs --compare");
    require(seeds == null || seeds >= 1, "--seeds must be ≥ 1, got " + seeds);
    require(compare == Compared.RECIPES || seconds == null, "--seconds needs --compare recipes");
    require(seconds == null || seconds >= 1, "--seconds must be ≥ 1, got " + seconds);
    require(
        compare == null || (recipe == null && !set.overrides().has("recipe")),
        "--compare trains ToCo, and --compare recipes all recipes; leave out the recipe");
  }

  private void require(boolean isMet, String message) {
    if (!isMet) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private int train(DemoOptions options, ProgressReport progress) {
    var stop = console.stop();
    var result =
        photos == null
            ? Demo.run(options, progress, trainer -> stop.run(trainer, progress))
            : PhotoDemo.run(
                options, photos, progress, trainer -> stop.run(trainer, progress, SAME_COMMAND));
    progress.clear();
    if (result.isEmpty()) {
      return ExitStatus.STOPPED;
    }
    var done = result.get();
    if (json) {
      console.printJson(done.metrics().toJson());
    } else {
      console.print(done.table());
      console.print(
          String.format(
              Locale.ROOT,
              "seed %d, %d steps, %.0f s in total, peak memory %d MB\n",
              done.metrics().seed(),
              done.metrics().steps(),
              done.metrics().wallSeconds(),
              done.metrics().peakRssBytes() / 1_000_000));
      printFiles(done.files());
    }
    return ExitStatus.SUCCESS;
  }

  private int compare(DemoOptions options, Compared what, ProgressReport progress) {
    int number = seeds == null ? DEFAULT_SEEDS : seeds;
    TrainingRun training = trainer -> console.stop().run(trainer, progress, SAME_COMMAND);
    var result =
        switch (what) {
          case CONTRASTS -> ContrastComparison.run(options, number, progress, training);
          case RECIPES ->
              seconds == null
                  ? RecipeComparison.run(options, number, progress, training)
                  : RecipeComparison.run(options, number, seconds, progress, training);
        };
    progress.clear();
    if (result.isEmpty()) {
      return ExitStatus.STOPPED;
    }
    var done = result.get();
    if (json) {
      console.printJson(done.json());
    } else {
      console.print(done.table());
      console.print("\n" + String.join("\n", done.conclusions()) + "\n\n");
      printFiles(done.files());
    }
    return ExitStatus.SUCCESS;
  }

  private void printFiles(List<Path> files) {
    files.forEach(file -> console.print("wrote %s\n".formatted(file)));
  }

  /// The folder of the configuration files.
  static Path configs() {
    var home = System.getProperty("toco.home");
    if (home == null) {
      throw new IllegalStateException(
          "the folder of ToCo is unknown; use bin/toco, or set -Dtoco.home to it");
    }
    return Path.of(home, "configs");
  }
}
