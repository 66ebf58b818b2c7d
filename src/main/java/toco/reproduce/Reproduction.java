package toco.reproduce;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.data.DataCheck;
import toco.demo.TrainingRun;
import toco.prepare.PrepareListener;
import toco.run.RunFiles;
import toco.run.RunHistory;
import toco.train.Trainer;
import toco.train.TrainingListener;

/// Reproduces a published run and compares the results: checks, measures, trains, evaluates,
/// compares.
///
/// ```
/// RUN/reproduce.md    the comparison
/// RUN/reproduce.json  the same, with checks and forecast
/// RUN/reproduce/      the evaluations after training
/// ```
///
/// in addition to the files of every training run. The same call resumes an interrupted run and
/// computes nothing twice.
public final class Reproduction {
  private Reproduction() {}

  /// Is notified of the progress, on the calling thread.
  ///
  /// @param training receives steps, evaluations and lines for the log
  /// @param reading receives the number of checked images
  /// @param results receives each stage's result as lines of text
  public record Watcher(
      TrainingListener training, DataCheck.Progress reading, Consumer<String> results) {}

  /// How far the reproduction got.
  public enum End {
    REFUSED,
    CHECKED,
    STOPPED,
    COMPARED
  }

  /// The results of a reproduction.
  ///
  /// @param end how far it got
  /// @param forecast null if there was nothing left to train, or the checks failed
  /// @param comparison null if it did not get that far
  /// @param skipped images that could not be scored
  /// @param files what was written in addition to the run's own files
  public record Result(
      End end,
      PreflightReport checks,
      @Nullable Forecast forecast,
      @Nullable PublishedComparison comparison,
      int skipped,
      List<Path> files) {
    public Result {
      files = List.copyOf(files);
    }

    /// `checks`, `forecast` and the keys of the comparison; parts that do not exist are left out.
    public Map<String, @Nullable Object> toJson() {
      var json = new LinkedHashMap<String, @Nullable Object>();
      if (comparison != null) {
        json.putAll(comparison.toJson());
        json.put("skipped", skipped);
      }
      json.putAll(checks.toJson());
      if (forecast != null) {
        json.put("forecast", forecast.toJson());
      }
      return json;
    }
  }

  /// Makes what the run needs and does not have: the data set, from its published archives; the
  /// weights are downloaded when they are first needed.
  ///
  /// @return the options of the run with it
  public static ReproduceOptions prepare(ReproduceOptions options, PrepareListener listener) {
    return Missing.of(Plan.of(options)).make(options, listener);
  }

  /// @throws IllegalArgumentException if the run's folder holds another run
  public static Result run(ReproduceOptions options, Watcher watcher, TrainingRun training) {
    var plan = Plan.of(options);
    var state = RunState.of(plan);
    var checks = Preflight.run(plan, state.begun(), watcher.reading, watcher.training);
    watcher.results.accept(checks.text());
    if (!checks.passes(options.allowDifferences())) {
      return new Result(End.REFUSED, checks, null, null, 0, List.of());
    }
    Forecast forecast = null;
    if (!state.trained()) {
      watcher.training.onMessage("measuring");
      forecast = Measurement.run(plan, Math.max(0, state.step()), watcher.training);
      watcher.results.accept(forecast.text(plan.recipe().published().took()));
    }
    if (options.checkOnly()) {
      return new Result(End.CHECKED, checks, forecast, null, 0, List.of());
    }
    if (state.trained()) {
      watcher.training.onMessage("%s is already trained".formatted(plan.runDir()));
    } else if (!train(plan, state, watcher.training, training)) {
      return new Result(End.STOPPED, checks, forecast, null, 0, List.of());
    }
    return compare(plan, checks, forecast, watcher);
  }

  /// @return false if it was stopped
  private static boolean train(
      Plan plan, RunState state, TrainingListener listener, TrainingRun training) {
    try (var trainer =
        state.begun()
            ? Trainer.resume(plan.runDir(), plan.localKeys(), listener)
            : Trainer.start(plan.training(), listener)) {
      return training.run(trainer).completed();
    }
  }

  private static Result compare(
      Plan plan, PreflightReport checks, @Nullable Forecast forecast, Watcher watcher) {
    var scored = new CompletedRun(plan, watcher.training).evaluate();
    var history = RunHistory.read(plan.runDir());
    var comparison =
        PublishedComparison.of(plan, checks.remarks(), scored.scores(), history.steps());
    var page = plan.runDir().resolve("reproduce.md");
    var json = plan.runDir().resolve("reproduce.json");
    var result =
        new Result(
            End.COMPARED, checks, forecast, comparison, scored.skipped(), List.of(page, json));
    var text = ComparisonPage.of(comparison);
    RunFiles.writeText(page, text);
    RunFiles.writeJson(json, result.toJson());
    watcher.results.accept("\n" + text);
    return result;
  }
}
