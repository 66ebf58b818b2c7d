package toco.train;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.batch.BatchRing;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.InitialWeights;
import toco.config.Config;
import toco.config.Overrides;
import toco.distributed.World;
import toco.eval.Scores;
import toco.image.Normalization;
import toco.model.Network;
import toco.recipe.Recipe;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.run.RunFolder;
import toco.torch.Device;
import toco.torch.TensorScope;
import toco.track.RunEnd;
import toco.track.Tracking;
import toco.weights.WeightsCache;

/// A training run: steps, log lines, pictures, checkpoints and evaluations at their intervals.
///
/// The order of samples, their augmentation and the local crops are functions of (seed, step), so a
/// resumed run ends with the same weights, bit for bit, as one that was never interrupted (on one
/// machine and with the same number of threads).
public final class Trainer implements AutoCloseable {
  private final TrainingState state;
  private final Config config;
  private final World world;
  private final TrainingListener listener;
  private final TrainStep trainStep;
  private Tracking tracking = Tracking.NONE; // of a run that is training

  private Trainer(TrainingState state, TrainingListener listener) {
    this.state = state;
    this.config = state.config;
    this.world = state.world;
    this.listener = listener;
    trainStep = new TrainStep(state.objective, state.optimizer, config, state.averaging);
  }

  /// Starts a new run in `run.dir`. Where the split of `eval.split` has no list or no masks, the
  /// run is not evaluated, and the listener receives the reason.
  ///
  /// @throws toco.run.RunException if that folder already holds a run
  public static Trainer start(Config config, TrainingListener listener) {
    return start(config, listener, World.single());
  }

  /// Starts a new run as one of several processes. Rank 0 has the run's folder and reports the
  /// run's progress to its listener; the other ranks report on themselves only.
  ///
  /// @param world stays the caller's, and must outlive the trainer
  /// @throws toco.distributed.DistributedException if the processes cannot train together
  public static Trainer start(Config config, TrainingListener listener, World world) {
    return start(config, Recipes::of, listener, world);
  }

  /// Starts a new run of a recipe of your own program.
  ///
  /// @param recipe makes the recipe of a configuration
  public static Trainer start(
      Config config, Function<Config, Recipe> recipe, TrainingListener listener, World world) {
    return reportingFailure(
        world,
        () -> {
          if (world.isRank0()) { // weights that cannot be had leave no run behind
            requireWeights(config, listener);
          }
          var state =
              new TrainingState(config, recipe.apply(config), listener, world, RunFolder::create);
          return begin(state, listener, null);
        });
  }

  private static void requireWeights(Config config, TrainingListener listener) {
    var init = config.model().init();
    if (init == null) {
      var _ = WeightsCache.ofProcess().pretrained(config.model(), listener);
    } else {
      try (var _ = TensorScope.open()) {
        var _ = InitialWeights.read(init);
      }
    }
  }

  /// Resumes an interrupted run from its newest usable checkpoint.
  ///
  /// @param overrides changes to the run's configuration
  /// @throws TrainingException if there is no checkpoint
  public static Trainer resume(Path runDir, Overrides overrides, TrainingListener listener) {
    return resume(runDir, overrides, listener, World.single());
  }

  /// Resumes a run as one of several processes, of which only rank 0 needs the run's folder. With
  /// another number of processes than before, each takes as many samples as keep a step's batch
  /// what it was.
  ///
  /// @param world stays the caller's, and must outlive the trainer
  /// @throws toco.distributed.DistributedException if the processes cannot train together
  public static Trainer resume(
      Path runDir, Overrides overrides, TrainingListener listener, World world) {
    return resume(runDir, overrides, Recipes::of, listener, world);
  }

  /// Resumes a run of a recipe of your own program.
  ///
  /// @param recipe makes the recipe of a configuration
  public static Trainer resume(
      Path runDir,
      Overrides overrides,
      Function<Config, Recipe> recipe,
      TrainingListener listener,
      World world) {
    return reportingFailure(
        world,
        () -> {
          try (var _ = TensorScope.open()) {
            var resumption = Resumption.of(runDir, overrides, world, listener);
            var config = resumption.config();
            var state =
                new TrainingState(config, recipe.apply(config), listener, world, RunFolder::open);
            return begin(state, listener, resumption.found());
          }
        });
  }

  private static Trainer begin(
      TrainingState state, TrainingListener listener, Checkpoint.@Nullable Found found) {
    try {
      state.begin(found);
      return new Trainer(state, listener);
    } catch (RuntimeException | Error e) {
      state.close();
      throw e;
    }
  }

  /// The other processes must not wait for one that failed.
  private static Trainer reportingFailure(World world, Supplier<Trainer> started) {
    try {
      return started.get();
    } catch (RuntimeException | Error e) {
      world.reportFailure(e);
      throw e;
    }
  }

  /// The effective configuration of the run.
  public Config config() {
    return config;
  }

  /// The network that is evaluated, the trainer's own.
  public Network model() {
    return state.evaluated;
  }

  /// Where it trains.
  public Device device() {
    return state.device;
  }

  /// How a run ended.
  ///
  /// @param step steps done
  /// @param completed whether these were all
  /// @param scores of the last evaluation, or null if there was none
  /// @param checkpoint the last one written
  public record Outcome(long step, boolean completed, @Nullable Scores scores, Path checkpoint) {}

  /// Asks the run to finish its step, save and end, in all processes. Any thread may ask.
  public void requestStop() {
    state.averaging.requestStop();
  }

  /// Trains to the last step, or until a stop is requested. A sample that cannot be read ends the
  /// run after a checkpoint, so that nothing learned is lost.
  ///
  /// @throws TrainingException if a loss, gradient or weight is no longer finite
  /// @throws toco.run.RunException if the run's folder cannot be written
  /// @throws toco.distributed.DistributedException if another process failed, or does not answer
  public Outcome run() {
    try {
      var outcome = trainAll();
      endTracking(outcome.completed() ? RunEnd.FINISHED : RunEnd.KILLED);
      return outcome;
    } catch (RuntimeException | Error e) {
      state.averaging.close(); // ends what is in transit before the others are notified
      world.reportFailure(e);
      endTracking(RunEnd.FAILED);
      throw e;
    }
  }

  private void endTracking(RunEnd how) {
    tracking.end(how);
    tracking.notes().forEach(listener::onMessage);
  }

  private Outcome trainAll() {
    var settings = config.train();
    var averaging = state.averaging;
    Scores scores = null;
    long evaluatedStep = -1;
    if (state.step == 0) {
      state.save(); // from here on a killed run can be resumed
    }
    var evaluations = new RunEvaluations(state, listener);
    long batchesDone = state.step * settings.gradientAccumulation();
    try (var ring = new BatchRing(state.batches(), batchesDone, config.data().workers());
        var log =
            new StepLog(config, state.losses, state.device, state.folder, state.step, world)) {
      tracking = Tracking.start(config, state.folder == null ? null : state.folder.path());
      while (state.step < settings.maxIters() && !averaging.stopAgreed()) {
        trainOne(ring, log);
        tracking.notes().forEach(listener::onMessage);
        long step = state.step;
        boolean isLast = step == settings.maxIters();
        var loading = new StepLog.Loading(ring.waitedNs(), ring.skippedSamples());
        var report = log.report(step, state.optimizer.learningRates(), loading);
        if (world.isRank0()) {
          listener.onStep(report);
        }
        long steppedNs = System.nanoTime();
        if (StepLog.isDue(step, config.distributed().checkEvery())) {
          state.requireSameWeights();
        }
        if (isLast || StepLog.isDue(step, settings.checkpointEvery())) {
          state.save();
        }
        if (isLast || StepLog.isDue(step, settings.evalEvery())) {
          scores = evaluations.evaluate(log);
          evaluatedStep = step;
        }
        log.exclude(System.nanoTime() - steppedNs);
      }
      if (!state.checkpoints.isSaved(state.step)) {
        state.save();
      }
      if (state.step == settings.maxIters() && evaluatedStep != state.step) {
        scores = evaluations.evaluate(log); // of a run that had ended, and was resumed
      }
    }
    return new Outcome(
        state.step,
        state.step == settings.maxIters(),
        scores,
        Checkpoint.file(config.run().dir(), state.step));
  }

  private void trainOne(BatchRing ring, StepLog log) {
    long step = state.step + 1;
    boolean drawsPictures = StepLog.isDue(step, config.train().overlayEvery());
    var batches = new LoadedBatches(ring, listener);
    try (var _ = TensorScope.open()) {
      var result = trainStep.run(batches, drawsPictures || log.isLogged(step));
      state.step = step;
      state.checkpoints.add(step, result);
      log.add(result);
      if (state.device.isCpu() || log.isLogged(step)) {
        state.checkpoints.requireFiniteSteps();
      }
      if (drawsPictures && state.folder != null && result.last() != null) {
        var normalization = Normalization.of(config.model().statistics());
        var pictures = StepPictures.draw(result.last(), normalization);
        pictures.write(state.folder.overlay(step));
        log.write(step, pictures);
      }
    } catch (RuntimeException | Error e) {
      if (batches.haveFailed()) {
        saveAfter(e);
      }
      throw e;
    }
  }

  /// Keeps what was learned before a batch that cannot be loaded. The others are not waited for.
  private void saveAfter(Throwable failure) {
    try {
      if (!state.checkpoints.isSaved(state.step)) {
        state.checkpoints.save(state.step);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /// Frees the weights and releases the run's folder.
  @Override
  public void close() {
    state.close();
  }
}
