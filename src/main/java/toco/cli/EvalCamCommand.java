package toco.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.data.Dataset;
import toco.eval.CamCurve;

@Command(
    name = "cam",
    header = "Scores CAM and auxiliary CAM at every background threshold.",
    description = {
      "A pixel whose strongest class does not exceed the threshold counts as background. One pass"
          + " over the list that eval.split names gives the whole curve.",
      "Prints a table of mean IoU by threshold, and IoU by class at the best. With --json, one"
          + " object: checkpoint, split, images, curve (threshold, camMiou, camAuxMiou), best (cam"
          + " and camAux: threshold, miou, perClass), skipped (index, name, reason).",
      "An image that cannot be read or has no mask is passed over and named: exit status 3."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco eval cam runs/demo/config.yaml --chart curve.png \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco eval cam configs/voc_deit_b.yaml --checkpoint toco_voc.pth --set eval.split=val \\",
      "    --thresholds 0.4,0.45,0.5 --json"
    })
final class EvalCamCommand implements Callable<Integer> {
  private static final int STEPS = 20;

  private final Console console;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--thresholds",
      paramLabel = "T",
      split = ",",
      description = "Increasing numbers in 0…1 (default: 0.05, 0.1 … 0.95).")
  List<Double> thresholds = IntStream.range(1, STEPS).mapToObj(i -> (double) i / STEPS).toList();

  @Option(names = "--chart", paramLabel = "FILE", description = "Draw the curve as a PNG.")
  @Nullable Path chart;

  @Option(names = "--json", description = "Print one JSON object in place of the table.")
  boolean json;

  EvalCamCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var loaded = network.load();
    var split = loaded.eval().split();
    var dataset = Dataset.openWithGaps(loaded.data(), split);
    var progress = console.progress();
    try (var trained = network.open(loaded)) {
      progress.onMessage(
          "evaluating CAMs of %d images on %s".formatted(dataset.size(), trained.device()));
      var curve =
          CamCurve.evaluate(
              trained.model(),
              loaded,
              dataset,
              trained.device(),
              thresholds,
              progress::onEvaluationProgress);
      progress.clear();
      if (chart != null) {
        curve.draw(chart);
        progress.onMessage("wrote " + chart);
      }
      if (json) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        object.put("checkpoint", network.checkpoint.toString());
        object.put("split", split.toString());
        object.putAll(curve.toJson(dataset.classNames()));
        console.printJson(object);
      } else {
        console.print(curve.table(dataset.classNames()));
      }
      curve
          .skipped()
          .forEach(
              it -> progress.onMessage("not evaluated: %s: %s".formatted(it.name(), it.reason())));
      return curve.skipped().isEmpty() ? ExitStatus.SUCCESS : ExitStatus.SKIPPED;
    }
  }
}
