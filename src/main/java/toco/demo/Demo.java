package toco.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.eval.Evaluator;
import toco.files.ResultFolder;
import toco.run.RunFiles;
import toco.train.Trainer;
import toco.train.TrainingListener;

/// Trains ToCo, or another recipe, on synthetic shapes from image-level labels and scores it on the
/// test images.
///
/// ```
/// RUN/metrics.json       the results, see DemoMetrics
/// RUN/table.txt          IoU by class
/// RUN/overlays/test.png  images, CAMs, segmentations, ground truth
/// ```
///
/// in addition to the files of every training run.
public final class Demo {
  private static final String CONFIG = "demo";
  private static final int PICTURED_IMAGES = 10;

  private Demo() {}

  /// @param runDir the run's folder
  /// @param table the scores as text
  /// @param files what was written in addition to the run's own files
  public record Result(Path runDir, DemoMetrics metrics, String table, List<Path> files) {
    public Result {
      files = List.copyOf(files);
    }
  }

  /// @return empty if the training was stopped
  public static Optional<Result> run(
      DemoOptions options, TrainingListener listener, TrainingRun training) {
    long started = System.nanoTime();
    var config = options.config(CONFIG);
    listener.onMessage("data set %s, run %s".formatted(config.data().root(), config.run().dir()));
    try (var trainer = Trainer.start(config, listener)) {
      var outcome = training.run(trainer);
      return outcome.completed()
          ? Optional.of(score(trainer, config, outcome.step(), started, listener))
          : Optional.empty();
    }
  }

  private static Result score(
      Trainer trainer, Config config, long steps, long started, TrainingListener listener) {
    var test = Dataset.open(config.data(), Split.TEST);
    var evaluator = new Evaluator(config.with("eval.split=test"), test, trainer.device());
    listener.onMessage("evaluating %s test images".formatted(test.size()));
    var scores = evaluator.evaluate(trainer.model(), listener::onEvaluationProgress);
    double wallSeconds = (System.nanoTime() - started) * 1e-9;
    var metrics = DemoMetrics.of(scores, wallSeconds, config.run().seed(), steps);

    var runDir = config.run().dir();
    var table = runDir.resolve("table.txt");
    var picture = runDir.resolve("overlays", "test.png");
    ResultFolder.create(runDir.resolve("overlays"));
    var json = runDir.resolve("metrics.json");
    var text = scores.table(test.classNames());
    RunFiles.writeText(table, text);
    evaluator.overlays(trainer.model(), Math.min(PICTURED_IMAGES, test.size()), picture);
    RunFiles.writeJson(json, metrics.toJson());
    return new Result(runDir, metrics, text, List.of(json, table, picture));
  }
}
