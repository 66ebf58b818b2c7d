package toco.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.batch.Batch;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.cam.RoiCrops;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.eval.Evaluator;
import toco.eval.Scores;
import toco.model.Toco;
import toco.optim.Optimizer;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// A training run: steps, log lines, pictures, checkpoints and evaluations at their intervals.
///
/// The order of samples, their augmentation and the local crops are functions of (seed, step), so a
/// resumed run ends with the same weights, bit for bit, as one that was never interrupted (on one
/// machine and number of threads).
public final class Trainer implements AutoCloseable {
  private static final int CHECKPOINTS_KEPT = 2;

  private final Config config;
  private final Device device;
  private final RunFolder folder;
  private final TrainingListener listener;
  private final Toco model;
  private final Optimizer optimizer;
  private final TrainStep trainStep;
  private final Dataset train;
  private final Optional<Evaluator> evaluator;
  private long step;
  private long savedStep = -1;
  private volatile boolean stopRequested;

  private Trainer(Config config, TrainingListener listener, Function<Config, RunFolder> claim) {
    this.config = config;
    this.listener = listener;
    device = Devices.prepare(config.train());
    train = Datasets.open(config, Split.TRAIN);
    evaluator =
        Datasets.openForEvaluation(config, listener::onMessage)
            .map(dataset -> new Evaluator(config, dataset, device));
    folder = claim.apply(config);
    Rng.manualSeed(config.run().seed());
    try (var _ = TensorScope.open()) {
      model = new Toco(config.model(), device, Devices.shortFloat(config.train()));
      optimizer = PublishedOptimizer.of(model.params(), config);
    } catch (RuntimeException e) { // an encoder that does not fit, say
      folder.close();
      throw e;
    }
    trainStep = new TrainStep(model, optimizer, config);
    listener.onMessage(
        "device %s, %d threads, %,d weights, %,d images"
            .formatted(device, LibTorch.numThreads(), model.params().count(), train.size()));
  }

  /// Starts a new run in `run.dir`. Where the split of `eval.split` has no list or no masks, the
  /// run is not evaluated, and the listener hears of it.
  ///
  /// @throws TrainingException if that folder holds a run already
  public static Trainer start(Config config, TrainingListener listener) {
    var trainer = new Trainer(config, listener, RunFolder::create);
    try {
      trainer.loadPretrained();
      return trainer;
    } catch (RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /// Goes on with an interrupted run from its newest usable checkpoint.
  ///
  /// @param overrides changes to the run's configuration, `key=value`
  /// @throws TrainingException if there is no checkpoint
  public static Trainer resume(Path runDir, List<String> overrides, TrainingListener listener) {
    try (var _ = TensorScope.open()) {
      var found = newestCheckpoint(runDir);
      found
          .damaged()
          .forEach(reason -> listener.onMessage("passed over a damaged checkpoint: " + reason));
      var saved = found.checkpoint();
      var config =
          Config.parse(saved.configYaml(), found.file().toString(), overrides)
              .with("run.dir=" + runDir);
      var trainer = new Trainer(config, listener, RunFolder::open);
      try {
        trainer.restore(saved, found.file());
        listener.onMessage("resuming at step %d from %s".formatted(trainer.step, found.file()));
        return trainer;
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
  }

  private static Checkpoint.Found newestCheckpoint(Path runDir) {
    if (!Files.isDirectory(runDir)) {
      throw new TrainingException(
          "there is no run folder %s; --resume takes the run.dir of an earlier train"
              .formatted(runDir));
    }
    return Checkpoint.latest(runDir)
        .orElseThrow(
            () ->
                new TrainingException(
                    "%s has no checkpoint to resume from; start the run anew".formatted(runDir)));
  }

  /// The effective configuration of the run.
  public Config config() {
    return config;
  }

  /// The network, the trainer's own.
  public Toco model() {
    return model;
  }

  /// Where it trains.
  public Device device() {
    return device;
  }

  /// How a run ended.
  ///
  /// @param step steps done
  /// @param completed whether these were all
  /// @param scores of the last evaluation, or null if there was none
  /// @param checkpoint the last one written
  public record Outcome(long step, boolean completed, @Nullable Scores scores, Path checkpoint) {}

  /// Asks the run to finish its step, save and leave. Any thread may ask.
  public void requestStop() {
    stopRequested = true;
  }

  /// Trains to the last step, or until a stop is requested. A sample that cannot be read ends the
  /// run after a checkpoint, so that nothing learned is lost.
  ///
  /// @throws TrainingException if the loss becomes NaN, or the run folder cannot be written
  public Outcome run() {
    var settings = config.train();
    Scores scores = null;
    long evaluated = -1;
    if (step == 0) {
      save(); // from here on a killed run can be resumed
    }
    try (var ring = openRing();
        var log = new StepLog(config, device, folder, step)) {
      while (step < settings.maxIters() && !stopRequested) {
        trainOne(next(ring), log);
        boolean last = step == settings.maxIters();
        var loading = new StepLog.Loading(ring.waitedNs(), ring.skippedSamples());
        listener.onStep(log.report(step, optimizer.learningRates(), loading));
        long steppedNs = System.nanoTime();
        if (last || StepLog.isDue(step, settings.checkpointEvery())) {
          save();
        }
        if (last || StepLog.isDue(step, settings.evalEvery())) {
          scores = evaluate(log);
          evaluated = step;
        }
        log.exclude(System.nanoTime() - steppedNs);
      }
      if (savedStep != step) {
        save();
      }
      if (step == settings.maxIters() && evaluated != step) {
        scores = evaluate(log); // of a run that had ended, and was resumed
      }
    }
    return new Outcome(
        step, step == settings.maxIters(), scores, Checkpoint.file(folder.path(), step));
  }

  private Batch next(BatchRing ring) {
    try {
      var batch = ring.next();
      ring.takeSkipped().forEach(listener::onMessage);
      return batch;
    } catch (RuntimeException e) {
      if (savedStep != step) {
        save();
      }
      throw e;
    }
  }

  private void trainOne(Batch batch, StepLog log) {
    try (var _ = TensorScope.open()) {
      var settings = config.train();
      long seed = config.run().seed();
      var corners =
          RoiCrops.random(
              settings.localCrops(), settings.localCropSizePx(), seed, Math.toIntExact(step));
      boolean pictured = StepLog.isDue(step + 1, settings.overlayEvery());
      boolean report = pictured || log.isLogged(step + 1);
      var result = trainStep.run(batch, step, corners, report);
      step++;
      log.add(result);
      if (pictured) {
        var pictures = StepPictures.draw(batch, result);
        pictures.write(folder.overlay(step));
        log.write(step, pictures);
      }
    }
  }

  private BatchRing openRing() {
    return new BatchRing(BatchSource.of(config, train, device), step, config.data().workers());
  }

  /// Scores the model as it is, unless there is nothing to score it on or a stop is requested.
  private @Nullable Scores evaluate(StepLog log) {
    long startedNs = System.nanoTime();
    var scores =
        evaluator.flatMap(
            it -> it.evaluate(model, listener::onEvaluationProgress, () -> stopRequested));
    scores.ifPresent(
        found -> {
          log.write(step, found, train.classNames(), (System.nanoTime() - startedNs) * 1e-9);
          listener.onEvaluation(step, found);
        });
    return scores.orElse(null);
  }

  private void save() {
    try (var _ = TensorScope.open()) {
      var rng = Map.of("cpu", Rng.state(Device.CPU));
      new Checkpoint(
              model.params().all(),
              optimizer.state(),
              rng,
              step,
              config.toYaml(),
              LibTorch.version())
          .saveToRun(folder.path(), CHECKPOINTS_KEPT);
      savedStep = step;
    }
  }

  private void restore(Checkpoint saved, Path file) {
    new StateDict(file, saved.model()).into(model.params().all());
    new StateDict(file, saved.optimizer()).into(optimizer.state());
    optimizer.resumeAt(saved.step());
    var cpuState = saved.rng().get("cpu");
    if (cpuState != null) {
      Rng.setState(Device.CPU, cpuState);
    }
    step = saved.step();
    savedStep = step;
  }

  private void loadPretrained() {
    var pretrained = config.model().pretrained();
    if (pretrained != null) {
      try (var _ = TensorScope.open()) {
        listener.onMessage(
            StateDict.loadEncoder(pretrained, model.params().all(), config.model().keyRules()));
      }
    }
  }

  /// Frees the weights and lets go of the run folder.
  @Override
  public void close() {
    optimizer.close();
    model.close();
    folder.close();
  }
}
