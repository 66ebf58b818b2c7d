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
import toco.demo.ContrastComparison;
import toco.demo.Demo;
import toco.demo.DemoOptions;
import toco.demo.PhotoDemo;
import toco.demo.TrainingRun;

@Command(
    name = "demo",
    header = "Learns to segment synthetic shapes, or your photographs, from image-level labels.",
    description = {
      "Generates a small data set, trains ToCo on it from scratch and scores it on test images."
          + " Training never sees a mask.",
      "Writes metrics.json, table.txt and overlays/test.png into the run's folder. With --json,"
          + " prints the content of metrics.json: segMiou, camMiou, camAuxMiou, classF1,"
          + " wallSeconds, peakRssBytes, patchCosine, seed, steps.",
      "With --compare, trains on a harder data set with and without the two token contrasts, scores"
          + " both on the validation images and writes compare.json (withContrast and"
          + " withoutContrast, each with the keys above), compare.txt and compare.png.",
      "With --photos, trains on a folder of photographs with a pretrained encoder, DINOv2-S."
          + " Classes and labels come from labels.csv in it (an image and its classes per line),"
          + " from another table, COCO's .json or VOC's Annotations, or from one sub-folder per"
          + " class. A fifth of the photographs, at most 200, is held out, unless lists/val.txt"
          + " names others; they are segmented, and scored if the folder masks has their masks."
          + " Writes report.html, seg/labels, seg/overlay and metrics.json into the run's folder."
          + " The same command again resumes the run."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco demo",
      "  toco demo --seed 1 --dir runs/seed1 --json",
      "  toco demo --compare",
      "  toco demo --photos pets --dir runs/pets",
      "  toco demo --set train.maxIters=60 --set train.warmupIters=5"
    })
final class DemoCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the run; the images stay the same (default: 0).")
  @Nullable Long seed;

  @Option(names = "--compare", description = "Train with and without the token contrasts.")
  boolean compare;

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
          "Folder of the run (default: runs/demo or runs/compare, numbered if taken;"
              + " runs/photos).")
  @Nullable Path dir;

  @Mixin SetOption set = new SetOption();

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (photos == null && weights != null) {
      throw new ParameterException(spec.commandLine(), "--weights needs --photos");
    }
    if (photos != null && compare) {
      throw new ParameterException(spec.commandLine(), "--photos and --compare exclude each other");
    }
    var changes =
        weights == null
            ? set.overrides()
            : Overrides.of("model.pretrained", weights).plus(set.overrides());
    var options = new DemoOptions(configs(), dir, seed, changes);
    var progress = console.progress();
    return compare ? compare(options, progress) : train(options, progress);
  }

  private int train(DemoOptions options, ProgressReport progress) {
    TrainingRun training = trainer -> console.stop().run(trainer, progress);
    var result =
        photos == null
            ? Demo.run(options, progress, training)
            : PhotoDemo.run(options, photos, progress, training);
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

  private int compare(DemoOptions options, ProgressReport progress) {
    var result =
        ContrastComparison.run(options, progress, trainer -> console.stop().run(trainer, progress));
    progress.clear();
    if (result.isEmpty()) {
      return ExitStatus.STOPPED;
    }
    var done = result.get();
    if (json) {
      console.printJson(done.toJson());
    } else {
      console.print(done.table());
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
