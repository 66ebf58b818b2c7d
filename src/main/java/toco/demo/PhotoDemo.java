package toco.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.ClassBalance;
import toco.data.DataCheck;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.Finding;
import toco.infer.InferenceListener;
import toco.infer.SegmentationExport;
import toco.recipes.Recipes;
import toco.report.RunReport;
import toco.run.RunFiles;
import toco.torch.Device;
import toco.train.Trainer;
import toco.train.TrainingListener;

/// Trains on a folder of photographs with `photos_dinov2_s.yaml`, and shows what was learned on
/// photographs that were held out ([HeldOut]).
///
/// ```
/// RUN/lists/val.txt      the photographs held out, unless the folder has such a list
/// RUN/seg/labels/        their segmentations, palette PNGs of class indices
/// RUN/seg/overlay/       the same drawn over the photographs
/// RUN/report.html        curves, scores if there are masks, images
/// RUN/metrics.json       see DemoMetrics
/// ```
///
/// in addition to the files of every training run. Run again, it resumes.
public final class PhotoDemo {
  private static final String CONFIG = "photos_dinov2_s.yaml";
  private static final Path USUAL_RUN = Path.of("runs", "photos");
  private static final int FEW_IMAGES = 10; // of a class
  private static final int MANY_IMAGES = 300;
  private static final int REPORTED_IMAGES = 16;

  private final DemoOptions options;
  private final TrainingListener listener;

  private PhotoDemo(DemoOptions options, TrainingListener listener) {
    this.options = options;
    this.listener = listener;
  }

  /// Trains, or resumes, and writes the results.
  ///
  /// @param photos the folder of the photographs
  /// @return empty if the training was stopped
  /// @throws DataException if the folder cannot be trained on; the message says why
  public static Optional<Demo.Result> run(
      DemoOptions options, Path photos, TrainingListener listener, TrainingRun training) {
    return new PhotoDemo(options, listener).run(photos, training);
  }

  private Optional<Demo.Result> run(Path photos, TrainingRun training) {
    long started = System.nanoTime();
    Config config;
    Device device;
    Trainer.Outcome outcome;
    try (var trainer = open(photos)) {
      config = trainer.config();
      device = trainer.device();
      outcome = training.run(trainer);
    }
    return outcome.completed()
        ? Optional.of(show(config, device, outcome, started))
        : Optional.empty();
  }

  private Trainer open(Path photos) {
    var given = options.settings();
    var settings = Overrides.of("data.root", photos.toAbsolutePath().normalize());
    if (!given.has("run.dir")) {
      settings = settings.plus("run.dir", USUAL_RUN);
    }
    var config = load(settings.plus(given));
    var runDir = config.run().dir();
    if (Checkpoint.existsIn(runDir)) {
      return resume(config, given);
    }
    settings = settings.plus(PhotoFolder.settings(config, given, runDir));
    config = load(settings.plus(given));
    if (!config.data().hasList(Split.VAL)) {
      settings = settings.plus("data.valList", writeHeldOut(config).toAbsolutePath());
      config = load(settings.plus(given));
    }
    config = lengthFor(Dataset.openUnchecked(config.data(), Split.TRAIN).size(), config, given);
    check(config);
    return Trainer.start(config, estimating(config));
  }

  /// Half the steps for few photographs: each is seen more often even so. Steps that the user sets
  /// stay.
  static Config lengthFor(int images, Config config, Overrides given) {
    boolean isSet = given.has("train.maxIters") || given.has("cosa.denseStartIter");
    return isSet || images >= MANY_IMAGES
        ? config
        : RunLength.stretched(config, config.train().maxIters() / 2);
  }

  private Config load(Overrides overrides) {
    return Config.load(options.configs().resolve(CONFIG), overrides);
  }

  /// @param wanted what a new run would be
  private Trainer resume(Config wanted, Overrides given) {
    var runDir = wanted.run().dir();
    var saved = Config.load(runDir.resolve("config.yaml"), Overrides.NONE);
    var root = saved.data().root();
    if (!root.toAbsolutePath().normalize().equals(wanted.data().root())) {
      throw new IllegalArgumentException(
          "%s holds a run on %s, not on %s; name another folder with --dir"
              .formatted(runDir, root, wanted.data().root()));
    }
    listener.onMessage("resuming %s with its own configuration".formatted(runDir));
    var resumed = Config.load(runDir.resolve("config.yaml"), given);
    return Trainer.resume(runDir, given, estimating(resumed));
  }

  private TrainingListener estimating(Config config) {
    return new TimeEstimate(listener, Recipes.of(config).losses());
  }

  private Path writeHeldOut(Config config) {
    var labelled = config.with("data.trainList=null", "data.testList=null");
    var names = HeldOut.names(labelled.data(), config.data());
    var list = config.run().dir().resolve("lists", "val.txt");
    RunFiles.writeText(list, String.join("\n", names) + "\n");
    listener.onMessage(
        "held out %s of the labelled photographs to judge the result by: %s"
            .formatted(names.size(), list));
    return list;
  }

  /// Says what there is, and ends with the first problem that training would run into.
  private void check(Config config) {
    var data = config.data();
    listener.onMessage(
        "classes %s, labels %s".formatted(String.join(", ", data.classNames()), data.labels()));
    listener.onMessage("checking the photographs in " + data.root());
    var report = DataCheck.run(config, false, (_, _, _) -> {});
    for (var split : report.splits()) {
      var fatal = split.findings().stream().filter(Finding::fatal).findFirst();
      if (fatal.isPresent()) {
        throw new DataException("%s: %s".formatted(split.split(), fatal.get().line()));
      }
      split.findings().stream()
          .filter(it -> it.kind() != Finding.Kind.MISSING_MASK || split.masks() > 0)
          .forEach(it -> listener.onMessage("warning, %s: %s".formatted(split.split(), it.line())));
    }
    var balance = report.splits().getFirst().balance();
    requireDifferences(balance, data.labels());
    warnOfFew(balance);
    int samples = config.train().samplesPerProcess() * config.train().gradientAccumulation();
    listener.onMessage(
        "%s photographs to train on, %s steps of %s, each seen about %s times; run %s"
            .formatted(
                balance.images(),
                config.train().maxIters(),
                samples,
                Math.round((double) config.train().maxIters() * samples / balance.images()),
                config.run().dir()));
  }

  /// What distinguishes a class is learned from images that do not show it.
  private static void requireDifferences(ClassBalance balance, Path labels) {
    if (balance.perClass().values().stream().allMatch(count -> count == balance.images())) {
      throw new DataException(
          ("every photograph in %s shows %s, so nothing can be learned from the labels; add"
                  + " photographs without it (a line with the name alone) or of other classes")
              .formatted(labels, String.join(" and ", balance.perClass().keySet())));
    }
  }

  private void warnOfFew(ClassBalance balance) {
    var few = new ArrayList<String>();
    balance
        .perClass()
        .forEach((name, count) -> {
          if (count < FEW_IMAGES) {
            few.add(name + " " + count);
          }
        });
    if (!few.isEmpty()) {
      listener.onMessage(
          "warning: few photographs to learn from: %s; the result may be poor below %s"
              .formatted(String.join(", ", few), FEW_IMAGES));
    }
  }

  private Demo.Result show(Config config, Device device, Trainer.Outcome outcome, long started) {
    var runDir = config.run().dir();
    var seg = runDir.resolve("seg");
    var images = images(config);
    listener.onMessage("segmenting %s photographs".formatted(images.size()));
    var export = new SegmentationExport.Options(images, seg, Protocol.Name.CUSTOM, false, true);
    try (var network = TrainedNetwork.load(outcome.checkpoint(), config, device)) {
      SegmentationExport.write(network, export, new Messages(listener));
    }
    var reported = new RunReport.Options(runDir, null, "last", REPORTED_IMAGES, Overrides.NONE);
    var report = RunReport.write(reported, listener::onEvaluationProgress);
    double wallSeconds = (System.nanoTime() - started) * 1e-9;
    long seed = config.run().seed();
    var scores = outcome.scores();
    var metrics =
        scores == null
            ? DemoMetrics.unscored(wallSeconds, seed, outcome.step())
            : DemoMetrics.of(scores, wallSeconds, seed, outcome.step());
    var table =
        scores == null
            ? "no scores, because there are no masks; judge by the report's images\n"
            : scores.table(config.data().classNames());
    var json = runDir.resolve("metrics.json");
    RunFiles.writeJson(json, metrics.toJson());
    return new Demo.Result(
        runDir,
        metrics,
        table,
        List.of(report.page(), seg.resolve("labels"), seg.resolve("overlay"), json));
  }

  private static List<Path> images(Config config) {
    var held = Dataset.openUnchecked(config.data(), Split.VAL);
    return IntStream.range(0, held.size()).mapToObj(held::imagePath).toList();
  }

  private record Messages(TrainingListener listener) implements InferenceListener {
    @Override
    public void onProgress(int done, int total) {
      listener.onEvaluationProgress(done, total);
    }

    @Override
    public void onMessage(String line) {
      listener.onMessage(line);
    }
  }
}
