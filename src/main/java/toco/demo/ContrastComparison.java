package toco.demo;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.data.Dataset;
import toco.files.ResultFolder;
import toco.run.RunFiles;
import toco.train.Trainer;
import toco.train.TrainingListener;

/// Trains the demo on the `lively` shapes twice, with both token contrasts and without, from the
/// same seed on the same images, and compares the two.
///
/// ```
/// RUN/with-contrast, RUN/without-contrast  the two runs
/// RUN/compare.json                         the results of both, see DemoMetrics
/// RUN/compare.txt                          the same as a table
/// RUN/compare.png                          CAMs and segmentations of both
/// ```
public final class ContrastComparison {
  private static final String CONFIG = "demo_lively.yaml";
  private static final Path DEFAULT_DIR = Path.of("runs", "compare");
  private static final List<String> NO_CONTRAST = List.of("loss.ptcWeight=0", "loss.ctcWeight=0");
  private static final int PICTURED_IMAGES = 10;

  private ContrastComparison() {}

  /// @param runDir the folder of both runs
  /// @param files what was written in addition to the runs
  public record Result(
      Path runDir, DemoMetrics withContrast, DemoMetrics withoutContrast, List<Path> files) {
    public Result {
      files = List.copyOf(files);
    }

    /// `withContrast` and `withoutContrast`, each with the keys of `metrics.json`.
    public Map<String, @Nullable Object> toJson() {
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("withContrast", withContrast.toJson());
      json.put("withoutContrast", withoutContrast.toJson());
      return json;
    }

    /// Both runs and their difference as a plain-text table.
    public String table() {
      return "%-14s  %8s  %8s  %10s\n".formatted("", "with", "without", "difference")
          + row("CAM mIoU", withContrast.camMiou(), withoutContrast.camMiou())
          + row("aux CAM mIoU", withContrast.camAuxMiou(), withoutContrast.camAuxMiou())
          + row("seg mIoU", withContrast.segMiou(), withoutContrast.segMiou())
          + row("class F1", withContrast.classF1(), withoutContrast.classF1())
          + row("patch cosine", withContrast.patchCosine(), withoutContrast.patchCosine());
    }

    private static String row(String name, double with, double without) {
      return String.format(
          Locale.ROOT, "%-14s  %8.3f  %8.3f  %+10.3f\n", name, with, without, with - without);
    }
  }

  private record Half(DemoMetrics metrics, List<ContrastSheet.View> views) {}

  /// @return empty if a training was stopped
  public static Optional<Result> run(
      DemoOptions options, TrainingListener listener, TrainingRun training) {
    var config = options.config(CONFIG, DEFAULT_DIR);
    var runDir = config.run().dir();
    if (DemoOptions.holdsFiles(runDir)) {
      throw new IllegalArgumentException(
          runDir + " is not empty, and nothing is overwritten; name another folder with --dir");
    }
    listener.onMessage("1 of 2: with both token contrasts");
    var withConfig = config.with("run.dir=" + runDir.resolve("with-contrast"));
    var with = half(withConfig, listener, training);
    if (with.isEmpty()) {
      return Optional.empty();
    }
    listener.onMessage("2 of 2: without the token contrasts");
    var withoutConfig =
        config.with(
            "run.dir=" + runDir.resolve("without-contrast"),
            NO_CONTRAST.getFirst(),
            NO_CONTRAST.getLast());
    var without = half(withoutConfig, listener, training);
    return without.map(half -> write(runDir, with.get(), half));
  }

  private static Optional<Half> half(
      Config config, TrainingListener listener, TrainingRun training) {
    long started = System.nanoTime();
    listener.onMessage("data set %s, run %s".formatted(config.data().root(), config.run().dir()));
    try (var trainer = Trainer.start(config, listener)) {
      var outcome = training.run(trainer);
      var scores = outcome.scores(); // of the last step
      if (!outcome.completed() || scores == null) {
        return Optional.empty();
      }
      var scored = Dataset.open(config.data(), config.eval().split());
      double wallSeconds = (System.nanoTime() - started) * 1e-9;
      var metrics = DemoMetrics.of(scores, wallSeconds, config.run().seed(), outcome.step());
      RunFiles.writeJson(config.run().dir().resolve("metrics.json"), metrics.toJson());
      int pictured = Math.min(PICTURED_IMAGES, scored.size());
      return Optional.of(
          new Half(metrics, ContrastSheet.views(trainer.model(), config, scored, pictured)));
    }
  }

  private static Result write(Path runDir, Half with, Half without) {
    var json = runDir.resolve("compare.json");
    var table = runDir.resolve("compare.txt");
    var picture = runDir.resolve("compare.png");
    ResultFolder.create(runDir, Set.of("with-contrast", "without-contrast"));
    var result = new Result(runDir, with.metrics, without.metrics, List.of(json, table, picture));
    RunFiles.writeText(table, result.table());
    ContrastSheet.write(picture, with.views, without.views);
    RunFiles.writeJson(json, result.toJson());
    return result;
  }
}
