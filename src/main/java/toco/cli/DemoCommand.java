package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.demo.ContrastComparison;
import toco.demo.Demo;
import toco.demo.DemoOptions;

@Command(
    name = "demo",
    header = "Learns to segment synthetic shapes from image-level labels, in minutes.",
    description = {
      "Makes a small data set, trains ToCo on it from scratch and scores it on test images."
          + " Training never sees a mask.",
      "Leaves metrics.json, table.txt and overlays/test.png in the run's folder beside its"
          + " checkpoints. With --json, prints what metrics.json holds: segMiou, camMiou,"
          + " camAuxMiou, classF1, wallSeconds, peakRssBytes, patchCosine, seed, steps.",
      "With --compare, trains on a livelier set with and without the two token contrasts, scores"
          + " both on the validation images and leaves compare.json (withContrast and"
          + " withoutContrast, each with the same keys), compare.txt and compare.png."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco demo",
      "  toco demo --seed 1 --dir runs/seed1 --json",
      "  toco demo --compare",
      "  toco demo --set train.maxIters=60 --set train.warmupIters=5"
    })
final class DemoCommand implements Callable<Integer> {
  private final Console console;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of the run; the images stay the same (default: 0).")
  @Nullable Long seed;

  @Option(names = "--compare", description = "Train with and without the token contrasts.")
  boolean compare;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Folder of the run (default: runs/demo or runs/compare, numbered if taken).")
  @Nullable Path dir;

  @Mixin Overrides overrides = new Overrides();

  @Option(names = "--json", description = "Print one JSON object in place of the table.")
  boolean json;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var options = new DemoOptions(configs(), dir, seed, overrides.keys);
    var progress = console.progress();
    return compare ? compare(options, progress) : train(options, progress);
  }

  private int train(DemoOptions options, ProgressReport progress) {
    var result = Demo.run(options, progress, trainer -> console.stop().run(trainer, progress));
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
              "seed %d, %d steps, %.0f s in all, at most %d MB of memory\n",
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
          "the folder of ToCo is not known; start through bin/toco, or set -Dtoco.home to it");
    }
    return Path.of(home, "configs");
  }
}
