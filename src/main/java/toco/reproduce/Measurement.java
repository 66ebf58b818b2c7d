package toco.reproduce;

import java.util.ArrayList;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.Dataset;
import toco.download.DownloadProgress;
import toco.eval.Evaluator;
import toco.host.Devices;
import toco.host.ProcessMemory;
import toco.recipe.Objective;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorScope;
import toco.weights.WeightsCache;

/// Measures steps and evaluations of a run on its own data and network, before it starts. The
/// weights of the measured steps are discarded.
final class Measurement {
  private static final int STEPS = 20;
  private static final int WARM_UP_STEPS =
      2; // the first steps allocate memory and wait for the first batch
  private static final int IMAGES = 4;

  private final Plan plan;
  private final Config config;
  private final Device device;
  private final Objective objective;

  private Measurement(Plan plan, Device device, Objective objective) {
    this.plan = plan;
    this.config = plan.training();
    this.device = device;
    this.objective = objective;
  }

  /// @param done steps of the run that are already done
  /// @param download is notified if pretrained weights must be downloaded
  static Forecast run(Plan plan, long done, DownloadProgress download) {
    var config = plan.training();
    var device = Devices.prepare(config.train());
    Rng.manualSeed(config.run().seed());
    try (var _ = TensorScope.open();
        var objective = Recipes.of(config).objective(device)) {
      var pretrained = WeightsCache.ofProcess().pretrained(config.model(), download);
      if (pretrained != null) {
        var weights = objective.network().params().all();
        var _ = StateDict.loadEncoder(pretrained, weights, config.model());
      }
      return new Measurement(plan, device, objective).forecast(done);
    }
  }

  private Forecast forecast(long done) {
    var phases = new ArrayList<Forecast.Timed>();
    var settings = config.train();
    try (var optimizer = PublishedOptimizer.of(objective, config);
        var ring =
            new BatchRing(
                BatchSource.of(config, Dataset.open(config.data(), Split.TRAIN), device)
                    .withViews(Recipes.of(config).views()),
                0,
                config.data().workers())) {
      var step = new TrainStep(objective, optimizer, config);
      for (var phase : Phase.of(config, done)) {
        phases.add(new Forecast.Timed(phase, stepSeconds(step, ring, phase)));
      }
    }
    var watched = Dataset.open(config.data(), config.eval().split());
    var scored = Dataset.open(plan.scoring().data(), config.eval().split());
    var inTraining = Protocol.of(Protocol.Name.TRAIN_TIME, config);
    var evaluations = new ArrayList<Forecast.Evaluations>();
    evaluations.add(
        new Forecast.Evaluations(
            "train-time and CAMs",
            evaluationsFrom(done) + 1, // plus the CAMs at every threshold
            watched.size(),
            seconds(inTraining, watched)));
    for (var name : plan.recipe().published().lastProtocols()) {
      var last = Protocol.of(name, plan.scoring());
      evaluations.add(
          new Forecast.Evaluations(name.toString(), 1, scored.size(), seconds(last, scored)));
    }
    return new Forecast(
        STEPS,
        phases,
        evaluations,
        ProcessMemory.peakResidentBytes(),
        Devices.peakMemory(device).orElse(0),
        "%s, %s threads, %s images per step"
            .formatted(device, LibTorch.numThreads(), settings.samplesPerStep()));
  }

  /// Remaining evaluations, including the one after the last step.
  private long evaluationsFrom(long done) {
    long every = config.train().evalEvery();
    long last = config.train().maxIters();
    return every == 0 ? 1 : Math.ceilDiv(last, every) - done / every;
  }

  /// Mean seconds per step, including waiting for data.
  private double stepSeconds(TrainStep step, BatchRing ring, Phase phase) {
    long started = System.nanoTime();
    for (int i = 0; i < WARM_UP_STEPS + STEPS; i++) {
      if (i == WARM_UP_STEPS) {
        LibTorch.synchronize(device);
        started = System.nanoTime();
      }
      try (var _ = TensorScope.open()) {
        long iter = phase.from() + i % phase.steps();
        var _ = step.run(() -> ring.next().atStep(iter), false);
      }
    }
    LibTorch.synchronize(device);
    return (System.nanoTime() - started) * 1e-9 / STEPS;
  }

  /// Mean seconds per image over the first images.
  private double seconds(Protocol protocol, Dataset dataset) {
    var evaluator = new Evaluator(config, protocol, dataset, device, CompletedRun.crfWorkers());
    var clock = new ImageClock();
    var _ = evaluator.evaluate(objective.network(), clock::onProgress, () -> clock.done >= IMAGES);
    return clock.secondsPerImage();
  }

  /// Measures the time of the images so far.
  private static final class ImageClock {
    private final long startedNs = System.nanoTime();
    private long lastNs = startedNs;
    private int done;

    void onProgress(int images, int total) {
      done = images;
      lastNs = System.nanoTime();
    }

    double secondsPerImage() {
      return (lastNs - startedNs) * 1e-9 / Math.max(1, done);
    }
  }
}
