package toco.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.eval.Evaluator;
import toco.model.Toco;
import toco.torch.TensorScope;
import toco.train.Datasets;
import toco.train.Devices;

@Command(
    name = "eval",
    header = "Scores a model against masks: segmentation, CAM, auxiliary CAM, class F1.",
    description = {
      "The protocol is that of evaluation in training, on the list that eval.split names:"
          + " single-scale segmentation, CAMs over eval.camScales.",
      "Prints a table of IoU by class. With --json, one object: checkpoint, split, images, segMiou,"
          + " camMiou, camAuxMiou, classF1, patchCosine, pixelAccuracy, meanAccuracy, perClass."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco eval configs/demo.yaml --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth --set eval.split=val --json"
    })
final class EvalCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CONFIG", description = "YAML file that describes model and data.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path config;

  @Option(
      names = "--checkpoint",
      required = true,
      paramLabel = "FILE",
      description =
          "Weights: a checkpoint of a run, another safetensors file, or a .pth of PyTorch.")
  @SuppressWarnings("NullAway.Init")
  Path checkpoint;

  @Mixin Overrides overrides = new Overrides();

  @Option(names = "--json", description = "Print one JSON object in place of the table.")
  boolean json;

  @Option(
      names = "--overlays",
      paramLabel = "N",
      description = "Draw the first N images, to run.dir/overlays/eval-SPLIT.png.")
  int overlays;

  EvalCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var loaded = Config.load(config, overrides.keys);
    Checkpoint.requireSameNetwork(checkpoint, loaded.model());
    var split = loaded.eval().split();
    var dataset = Datasets.open(loaded, split);
    var progress = console.progress();
    var device = Devices.prepare(loaded.train());
    try (var model = new Toco(loaded.model(), device)) {
      try (var _ = TensorScope.open()) {
        StateDict.load(checkpoint).into(model.params().all());
      }
      var evaluator = new Evaluator(loaded, dataset, device);
      progress.onMessage("evaluating %d images on %s".formatted(dataset.size(), device));
      var scores = evaluator.evaluate(model, progress::onEvaluationProgress);
      progress.clear();
      if (overlays > 0) {
        var png = loaded.run().dir().resolve("overlays", "eval-" + split + ".png");
        evaluator.overlays(model, Math.min(overlays, dataset.size()), png);
        progress.onMessage("wrote " + png);
      }
      if (json) {
        var object = new LinkedHashMap<String, @Nullable Object>();
        object.put("checkpoint", checkpoint.toString());
        object.put("split", split.toString());
        object.putAll(scores.toJson(dataset.classNames()));
        console.printJson(object);
      } else {
        console.print(scores.table(dataset.classNames()));
      }
      return ExitStatus.SUCCESS;
    }
  }
}
