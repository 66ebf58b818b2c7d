package toco.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.batch.BatchSource;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.InitialWeights;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.data.WeakLabels;
import toco.distributed.GradientAveraging;
import toco.distributed.World;
import toco.eval.Evaluator;
import toco.host.Devices;
import toco.loss.LossSchedule;
import toco.model.Network;
import toco.optim.Optimizer;
import toco.recipe.Objective;
import toco.recipe.PublishedOptimizer;
import toco.recipe.Recipe;
import toco.recipe.StepClock;
import toco.run.RunFolder;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorScope;
import toco.track.Tracking;
import toco.weights.WeightsCache;

/// What a run trains with, in one process: device, images, network, optimizer, the run's folder and
/// its checkpoints. Weights and step are equal in all processes once it has begun.
final class TrainingState implements AutoCloseable {
  final Config config;
  final World world;
  final Device device;
  final Dataset train;
  private final WeakLabels weak;
  final Optional<Evaluator> evaluator; // empty where nothing is evaluated
  final @Nullable RunFolder folder; // of rank 0
  final Recipe recipe;
  final LossSchedule losses;
  final Objective objective;
  final Network model; // the objective's, which is trained
  final Network evaluated; // that, or another of the objective's
  final Optimizer optimizer;
  final GradientAveraging averaging;
  final RunCheckpoints checkpoints;
  private final TrainingListener listener;
  long step; // steps done

  /// Checks that the processes agree, opens the data and makes the network.
  ///
  /// @param recipe of the configuration
  /// @param world stays the caller's
  /// @param claim makes or opens the run's folder, in rank 0
  TrainingState(
      Config config,
      Recipe recipe,
      TrainingListener listener,
      World world,
      Function<Config, RunFolder> claim) {
    this.config = config;
    this.listener = listener;
    this.world = world;
    Agreement.onConfig(world, config);
    if (world.isRank0()) {
      Tracking.check(config);
    }
    device = Devices.prepare(config.train(), world);
    world.useDevice(device);
    train =
        world.localRank0First(
            () -> Dataset.open(config.data(), Split.TRAIN), "opening the data set");
    Agreement.onSamples(world, train);
    weak =
        world.localRank0First(
            () -> WeakLabels.open(config.data(), train), "reading hints and boxes");
    train.unreadImages().ifPresent(this::report);
    evaluator =
        Dataset.openForEvaluation(config, this::report)
            .map(dataset -> new Evaluator(config, dataset, device));
    folder = world.isRank0() ? claim.apply(config) : null;
    if (folder != null && !folder.isLocked()) {
      report(
          "the file system of %s has no locks: let only one process at a time train in it"
              .formatted(folder.path()));
    }
    this.recipe = recipe;
    losses = recipe.losses();
    Rng.manualSeed(config.run().seed());
    try (var _ = TensorScope.open()) {
      objective = recipe.objective(device, world, StepClock.NONE);
      model = objective.network();
      evaluated = network(recipe.evaluated().orElse(Recipe.TRAINED), objective);
      optimizer = PublishedOptimizer.of(objective, config);
      averaging =
          GradientAveraging.of(
              world,
              List.copyOf(model.params().trainable().values()),
              config.distributed().bucketBytes(),
              !config.train().checkpointActivations()); // which needs several backward passes
    } catch (RuntimeException e) { // such as an encoder that does not fit
      closeFolder();
      throw e;
    }
    checkpoints = new RunCheckpoints(config, objective, optimizer, folder, world.size());
    report(
        String.format(
            Locale.ROOT,
            "device %s, %s threads, %,d weights, %,d images%s",
            device,
            LibTorch.numThreads(),
            model.params().count(),
            train.size(),
            world.size() == 1
                ? ""
                : ", %s processes with %s samples per step each"
                    .formatted(world.size(), config.train().samplesPerStep())));
  }

  /// One of the recipe's networks, by its name.
  Network network(String name) {
    return network(name, objective);
  }

  private static Network network(String name, Objective objective) {
    return name.equals(Recipe.TRAINED)
        ? objective.network()
        : Objects.requireNonNull(objective.otherNetworks().get(name), name);
  }

  /// The batches of this process.
  BatchSource batches() {
    return BatchSource.of(config, train, weak, device, world.rank(), world.size())
        .withViews(recipe.views());
  }

  /// Loads weights and step in rank 0, and gives them to all other ranks.
  ///
  /// @param found what to resume from; null, in rank 0, starts a new run
  void begin(Checkpoint.@Nullable Found found) {
    if (world.isRank0()) {
      if (found == null) {
        loadInitial();
      } else {
        step = checkpoints.restore(found);
        report("resuming at step %s from %s".formatted(step, found.file()));
      }
    }
    world.broadcast_(List.copyOf(model.params().all().values()), "broadcasting the weights");
    world.broadcast_(List.copyOf(objective.state().values()), "broadcasting the recipe's state");
    world.broadcast_(List.copyOf(optimizer.state().values()), "broadcasting the optimizer state");
    step = Long.parseLong(world.broadcastString("step", () -> String.valueOf(step)));
    optimizer.resumeAt(step);
    requireSameWeights();
  }

  private void loadInitial() {
    var init = config.model().init();
    if (init == null) {
      loadPretrained();
      return;
    }
    try (var _ = TensorScope.open()) {
      var weights = InitialWeights.read(init);
      weights.into(model, config).forEach(this::report);
      objective.otherNetworks().values().forEach(other -> weights.into(other, config));
    }
    if (config.model().pretrained() != null) {
      report(
          "model.pretrained %s is not read: model.init has the encoder, too"
              .formatted(config.model().pretrained()));
    }
  }

  private void loadPretrained() {
    var pretrained = WeightsCache.ofProcess().pretrained(config.model(), listener);
    if (pretrained != null) {
      try (var _ = TensorScope.open()) {
        report(StateDict.loadEncoder(pretrained, model.params().all(), config.model()));
        for (var other : objective.otherNetworks().values()) {
          var _ = StateDict.loadEncoder(pretrained, other.params().all(), config.model());
        }
      }
    }
  }

  /// Compares the weights of all ranks, and the recipe's state.
  ///
  /// @throws toco.distributed.DistributedException naming one that differs
  void requireSameWeights() {
    var weights = new LinkedHashMap<>(model.params().all());
    weights.putAll(objective.state());
    world.requireEqualAcrossRanks(weights, "comparing weights at step " + step);
  }

  /// Saves a checkpoint, for which all processes wait.
  void save() {
    checkpoints.save(step);
    world.barrier("writing the checkpoint of step " + step);
  }

  /// A message to the user, from rank 0 alone.
  void report(String line) {
    if (world.isRank0()) {
      listener.onMessage(line);
    }
  }

  private void closeFolder() {
    if (folder != null) {
      folder.close();
    }
  }

  /// Frees the weights and releases the run's folder.
  @Override
  public void close() {
    averaging.close();
    checkpoints.close();
    optimizer.close();
    objective.close();
    closeFolder();
  }
}
