package toco.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.data.Dataset;
import toco.eval.CamCurve;
import toco.eval.EvalReport;
import toco.eval.EvaluationRun;
import toco.eval.Evaluator;
import toco.eval.MapKind;
import toco.eval.Shard;
import toco.files.Json;
import toco.host.Devices;
import toco.host.Machine;
import toco.model.Network;
import toco.run.RunFiles;
import toco.run.RunHistory;
import toco.torch.Device;
import toco.train.TrainingListener;

/// Scores a trained run by every protocol that applies. Existing results are not computed again; an
/// interrupted evaluation is resumed.
///
/// ```
/// RUN/reproduce/voc-crf/   as toco eval writes it
/// RUN/reproduce/cam.json   as toco eval cam --json prints it
/// ```
final class CompletedRun {
  private static final int THRESHOLD_STEPS = 20; // of 0.05

  private final Plan plan;
  private final TrainingListener listener;
  private final Path checkpoint;

  CompletedRun(Plan plan, TrainingListener listener) {
    this.plan = plan;
    this.listener = listener;
    checkpoint = Checkpoint.file(plan.runDir(), plan.training().train().maxIters());
  }

  /// One of our mean IoUs.
  ///
  /// @param protocol its name, or `eval cam` for CAMs at the best threshold
  /// @param list the list of images
  /// @param kind kind of label map
  /// @param note such as the threshold; may be empty
  record Score(
      String protocol, String list, int images, MapKind kind, double percent, String note) {}

  /// All scores.
  ///
  /// @param skipped images that could not be scored
  record Scores(List<Score> scores, int skipped) {}

  Scores evaluate() {
    var scores = new ArrayList<>(inTraining());
    var device = Devices.prepare(plan.training().train());
    try (var network = TrainedNetwork.load(checkpoint, plan.training(), device)) {
      int skipped = 0;
      for (var protocol : plan.recipe().published().lastProtocols()) {
        skipped = Math.max(skipped, last(protocol, network.model(), device, scores));
      }
      cams(network.model(), device, scores);
      return new Scores(scores, skipped);
    }
  }

  /// Threads of the CRF, which runs in parallel to the network.
  static int crfWorkers() {
    return Math.max(1, Machine.cores() - 1);
  }

  /// The scores of the evaluation at the end of training, from its log.
  private List<Score> inTraining() {
    var last = RunHistory.read(plan.runDir()).evaluations().getLast();
    return Arrays.stream(MapKind.values())
        .filter(kind -> last.miou().containsKey(kind))
        .map(kind ->
            new Score(
                Protocol.Name.TRAIN_TIME.toString(),
                listName(plan.training()),
                (int) last.images(),
                kind,
                100 * last.miou(kind),
                ""))
        .toList();
  }

  /// Scores with and without the CRF, from the same pass.
  private int last(Protocol.Name name, Network model, Device device, List<Score> scores) {
    var config = plan.scoring();
    var protocol = Protocol.of(name, config);
    var dataset = Dataset.openAllowingMissingImages(config.data(), protocol.split());
    var evaluator = new Evaluator(config, protocol, dataset, device, crfWorkers());
    var folder = plan.results().resolve(name.toString());
    listener.onMessage(
        String.format(Locale.ROOT, "evaluating %,d images by %s", dataset.size(), protocol));
    var run = new EvaluationRun(folder, Shard.WHOLE, Files.isDirectory(folder));
    var result =
        run.run(
            evaluator,
            model,
            checkpoint,
            new EvaluationRun.Listener(listener::onEvaluationProgress, listener::onMessage));
    var report = EvalReport.of(List.of(result.file()), 0, 0);
    report.write(folder.resolve("eval.json"));
    var found = report.scores();
    var plain = name.toString().replaceFirst("-crf$", "");
    for (var kind : MapKind.in(found.maps())) {
      scores.add(
          new Score(
              kind.isRefined() ? name.toString() : plain,
              listName(config),
              found.images(),
              kind,
              100 * found.miou(kind),
              ""));
    }
    return report.skipped().size();
  }

  /// Scores of the CAMs at the best threshold.
  private void cams(Network model, Device device, List<Score> scores) {
    var config = plan.training();
    var file = plan.results().resolve("cam.json");
    if (!Files.exists(file)) {
      var dataset = Dataset.open(config.data(), config.eval().split());
      listener.onMessage(
          String.format(Locale.ROOT, "evaluating CAMs of %,d images", dataset.size()));
      var thresholds =
          IntStream.range(1, THRESHOLD_STEPS).mapToObj(i -> (double) i / THRESHOLD_STEPS).toList();
      var curve =
          CamCurve.evaluate(
              model, config, dataset, device, thresholds, listener::onEvaluationProgress);
      RunFiles.writeJson(file, curve.toJson(dataset.classNames()));
    }
    try {
      var curve = Json.MAPPER.readTree(Files.readAllBytes(file));
      for (var kind : List.of(MapKind.CAM, MapKind.CAM_AUX)) {
        var best = curve.path("best").path(kind.key());
        scores.add(
            new Score(
                "eval cam",
                listName(config),
                curve.path("images").asInt(),
                kind,
                100 * best.path("miou").asDouble(Double.NaN),
                "best threshold, " + best.path("threshold").asDouble(Double.NaN)));
      }
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot read %s: %s; delete it and run again".formatted(file, e), e);
    }
  }

  private static String listName(Config config) {
    return config.data().listPath(config.eval().split()).getFileName().toString();
  }
}
