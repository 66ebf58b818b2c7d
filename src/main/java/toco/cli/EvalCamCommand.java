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
import toco.files.ResultFolder;

@Command(
    name = "cam",
    header = "Scores CAMs and auxiliary CAMs at many background thresholds.",
    description = {
      "A pixel is background if the activation of its strongest class does not exceed the"
          + " threshold. One pass over the images of eval.split gives the whole curve.",
      "Prints a table of mean IoU by threshold, and IoU by class at the best threshold. With"
          + " --json, one object: checkpoint, split, images, curve (threshold, camMiou,"
          + " camAuxMiou), best (cam and camAux: threshold, miou, perClass), skipped (index, name,"
          + " reason).",
      "An image that cannot be read or has no mask that fits is skipped and named; the exit status"
          + " is then 3."
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

  @Option(names = "--chart", paramLabel = "FILE", description = "Draw the curve to a PNG file.")
  @Nullable Path chart;

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  EvalCamCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (chart != null) {
      ResultFolder.requireFile(chart);
    }
    network.requireMaps();
    var loaded = network.load();
    var split = loaded.eval().split();
    var dataset = Dataset.openAllowingMissingImages(loaded.data(), split);
    var progress = console.progress();
    try (var trained = network.open(loaded)) {
      progress.onMessage(
          "evaluating CAMs of %s images on %s".formatted(dataset.size(), trained.device()));
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
        object.put("checkpoint", network.weights().toString());
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
