package toco.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
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
import toco.data.EpochSampler;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.eval.Evaluator;
import toco.eval.Scores;
import toco.host.Devices;
import toco.model.Toco;
import toco.optim.Optimizer;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.run.RunFolder;
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
  private final World world;
  private final @Nullable RunFolder folder; // of the first process
  private final TrainingListener listener;
  private final Toco model;
  private final Optimizer optimizer;
  private final GradientAveraging averaging;
  private final TrainStep trainStep;
  private final Dataset train;
  private final Optional<Evaluator> evaluator;
  private long step;
  private long savedStep = -1;

  private Trainer(
      Config config, TrainingListener listener, World world, Function<Config, RunFolder> claim) {
    this.config = config;
    this.world = world;
    this.listener = listener;
    Agreement.onConfig(world, config);
    device = Devices.prepare(config.train(), world);
    world.exchangeOn(device);
    train =
        world.firstOfHostFirst(
            () -> Dataset.open(config.data(), Split.TRAIN), "opening the data set");
    Agreement.onSamples(world, train);
    evaluator =
        Dataset.openForEvaluation(config, this::say)
            .map(dataset -> new Evaluator(config, dataset, device));
    folder = world.isFirst() ? claim.apply(config) : null;
    Rng.manualSeed(config.run().seed());
    try (var _ = TensorScope.open()) {
      model = new Toco(config.model(), device, Devices.shortFloat(config.train()));
      optimizer = PublishedOptimizer.of(model.params(), config);
      averaging =
          GradientAveraging.of(
              world,
              List.copyOf(model.params().trainable().values()),
              config.distributed().bucketBytes(),
              !config.train().checkpointActivations()); // which takes a backward pass a block
    } catch (RuntimeException e) { // an encoder that does not fit, say
      closeFolder();
      throw e;
    }
    trainStep = new TrainStep(model, optimizer, config, averaging, world);
    say(
        "device %s, %d threads, %,d weights, %,d images%s"
            .formatted(
                device,
                LibTorch.numThreads(),
                model.params().count(),
                train.size(),
                world.size() == 1
                    ? ""
                    : ", %d processes with %d samples a step each"
                        .formatted(world.size(), config.train().samplesPerStep())));
  }

  /// Starts a new run in `run.dir`. Where the split of `eval.split` has no list or no masks, the
  /// run is not evaluated, and the listener hears of it.
  ///
  /// @throws TrainingException if that folder holds a run already
  public static Trainer start(Config config, TrainingListener listener) {
    return start(config, listener, World.single());
  }

  /// The same as one of several processes. The first one has the run's folder and tells the
  /// listener how the run goes; the others speak of themselves only.
  ///
  /// @param world stays the caller's, and must outlive the trainer
  /// @throws toco.distributed.DistributedException if the processes cannot train together
  public static Trainer start(Config config, TrainingListener listener, World world) {
    return beginning(
        world,
        () -> {
          var trainer = new Trainer(config, listener, world, RunFolder::create);
          return trainer.begin(trainer::loadPretrained);
        });
  }

  /// Goes on with an interrupted run from its newest usable checkpoint.
  ///
  /// @param overrides changes to the run's configuration, `key=value`
  /// @throws TrainingException if there is no checkpoint
  public static Trainer resume(Path runDir, List<String> overrides, TrainingListener listener) {
    return resume(runDir, overrides, listener, World.single());
  }

  /// The same as one of several processes, of which only the first needs the run's folder. On more
  /// or fewer of them than before, each takes as many samples as keep a step's batch what it was.
  ///
  /// @param world stays the caller's, and must outlive the trainer
  /// @throws toco.distributed.DistributedException if the processes cannot train together
  public static Trainer resume(
      Path runDir, List<String> overrides, TrainingListener listener, World world) {
    return beginning(
        world,
        () -> {
          try (var _ = TensorScope.open()) {
            var resumption = Resumption.of(runDir, overrides, world, listener);
            var trainer = new Trainer(resumption.config(), listener, world, RunFolder::open);
            return trainer.begin(() -> trainer.restore(resumption.found()));
          }
        });
  }

  private static Trainer beginning(World world, Supplier<Trainer> begun) {
    try {
      return begun.get();
    } catch (RuntimeException | Error e) {
      world.abandon(e);
      throw e;
    }
  }

  /// Gives the weights their first values in the first process, and from there in all.
  private Trainer begin(Runnable load) {
    try {
      if (world.isFirst()) {
        load.run();
      }
      world.broadcast_(List.copyOf(model.params().all().values()), "handing out the weights");
      world.broadcast_(List.copyOf(optimizer.state().values()), "handing out the moments");
      step = Long.parseLong(world.fromFirst("step", () -> String.valueOf(step)));
      optimizer.resumeAt(step);
      requireSameWeights();
      return this;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void requireSameWeights() {
    world.requireSame(model.params().all(), "comparing weights at step " + step);
  }

  /// A line for the user, from one process alone.
  private void say(String line) {
    if (world.isFirst()) {
      listener.onMessage(line);
    }
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

  /// Asks the run to finish its step, save and leave, in all processes. Any thread may ask.
  public void requestStop() {
    averaging.requestStop();
  }

  /// Trains to the last step, or until a stop is requested. A sample that cannot be read ends the
  /// run after a checkpoint, so that nothing learned is lost.
  ///
  /// @throws TrainingException if the loss becomes NaN, or the run folder cannot be written
  /// @throws toco.distributed.DistributedException if another process failed, or does not answer
  public Outcome run() {
    try {
      return trainAll();
    } catch (RuntimeException | Error e) {
      averaging.close(); // what goes on between the processes ends before they hear of it
      world.abandon(e);
      throw e;
    }
  }

  private Outcome trainAll() {
    var settings = config.train();
    Scores scores = null;
    long evaluated = -1;
    if (step == 0) {
      save(); // from here on a killed run can be resumed
    }
    var source = BatchSource.of(config, train, device, world.rank(), world.size());
    long batches = step * config.train().gradientAccumulation();
    try (var ring = new BatchRing(source, batches, config.data().workers());
        var log = new StepLog(config, device, folder, step, world)) {
      while (step < settings.maxIters() && !averaging.stopAgreed()) {
        trainOne(ring, source.sampler(), log);
        boolean last = step == settings.maxIters();
        var loading = new StepLog.Loading(ring.waitedNs(), ring.skippedSamples());
        var report = log.report(step, optimizer.learningRates(), loading);
        if (world.isFirst()) {
          listener.onStep(report);
        }
        long steppedNs = System.nanoTime();
        if (StepLog.isDue(step, config.distributed().checkEvery())) {
          requireSameWeights();
        }
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
        step, step == settings.maxIters(), scores, Checkpoint.file(config.run().dir(), step));
  }

  private Batch next(BatchRing ring) {
    try {
      var batch = ring.next();
      ring.takeSkipped().forEach(listener::onMessage);
      return batch;
    } catch (RuntimeException e) {
      if (savedStep != step) {
        write();
      }
      throw e;
    }
  }

  /// All batches of a step.
  private void trainOne(BatchRing ring, EpochSampler sampler, StepLog log) {
    boolean pictured = world.isFirst() && StepLog.isDue(step + 1, config.train().overlayEvery());
    boolean report =
        StepLog.isDue(step + 1, config.train().overlayEvery()) || log.isLogged(step + 1);
    int rounds = config.train().gradientAccumulation();
    for (int round = 0; round < rounds; round++) {
      try (var _ = TensorScope.open()) {
        var batch = next(ring);
        int firstPosition = sampler.batchAt(step * rounds + round).firstPosition();
        var result = trainStep.run(batch, step, corners(firstPosition), report);
        log.add(result);
        if (pictured && round == rounds - 1) {
          var pictures = StepPictures.draw(batch, result);
          pictures.write(Objects.requireNonNull(folder).overlay(step + 1));
          log.write(step + 1, pictures);
        }
      }
    }
    step++;
  }

  private RoiCrops.Corners corners(int firstPosition) {
    return RoiCrops.random(
        config.train().localCrops(),
        config.train().localCropSizePx(),
        config.run().seed(),
        Math.toIntExact(step),
        firstPosition);
  }

  /// Scores the model as it is, unless there is nothing to score it on or a stop is requested. Each
  /// process takes its share of the images.
  private @Nullable Scores evaluate(StepLog log) {
    long startedNs = System.nanoTime();
    var scores =
        evaluator.flatMap(
            it -> it.evaluate(model, this::sayEvaluated, averaging::stopRequested, world));
    scores.ifPresent(found -> {
      log.write(step, found, train.classNames(), (System.nanoTime() - startedNs) * 1e-9);
      if (world.isFirst()) {
        listener.onEvaluation(step, found);
      }
    });
    return scores.orElse(null);
  }

  private void sayEvaluated(int done, int total) {
    if (world.isFirst()) {
      listener.onEvaluationProgress(done, total);
    }
  }

  /// Writes a checkpoint, for which all processes wait.
  private void save() {
    write();
    world.barrier("writing the checkpoint of step " + step);
  }

  private void write() {
    savedStep = step;
    if (folder == null) {
      return;
    }
    try (var _ = TensorScope.open()) {
      var rng = Map.of("cpu", Rng.state(Device.CPU));
      new Checkpoint(
              model.params().all(),
              optimizer.state(),
              rng,
              step,
              world.size(),
              config.toYaml(),
              LibTorch.version())
          .saveToRun(folder.path(), CHECKPOINTS_KEPT);
    }
  }

  private void restore(Checkpoint.@Nullable Found found) {
    var file = Objects.requireNonNull(found).file();
    var saved = found.checkpoint();
    new StateDict(file, saved.model()).into(model.params().all());
    new StateDict(file, saved.optimizer()).into(optimizer.state());
    var cpuState = saved.rng().get("cpu");
    if (cpuState != null) {
      Rng.setState(Device.CPU, cpuState);
    }
    step = saved.step();
    savedStep = step;
    say("resuming at step %d from %s".formatted(step, file));
  }

  private void loadPretrained() {
    var pretrained = config.model().pretrained();
    if (pretrained != null) {
      try (var _ = TensorScope.open()) {
        say(StateDict.loadEncoder(pretrained, model.params().all(), config.model().keyRules()));
      }
    }
  }

  private void closeFolder() {
    if (folder != null) {
      folder.close();
    }
  }

  /// Frees the weights and lets go of the run folder.
  @Override
  public void close() {
    averaging.close();
    optimizer.close();
    model.close();
    closeFolder();
  }
}
