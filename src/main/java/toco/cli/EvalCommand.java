package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.Protocol;
import toco.data.Dataset;
import toco.distributed.World;
import toco.eval.EvalReport;
import toco.eval.EvaluationRun;
import toco.eval.Evaluator;
import toco.eval.Shard;
import toco.files.ResultFolder;
import toco.host.Devices;
import toco.host.Machine;

@Command(
    name = "eval",
    header = "Scores a model against masks, following a protocol.",
    description = {
      "Protocols, all on the images of eval.split:",
      "  train-time   one scale, images of eval.sizePx; CAMs over eval.camScales are scored too",
      "  voc          native size, scales 1, 1.5, 1.25, sum over flips, maximum over scales",
      "  coco         448 px, the same scales, maximum over flips, sum over scales",
      "  voc-crf, coco-crf   the same with a dense CRF",
      "  more         MoRe's: 448 px, scales straight from native size, sum over flips, maximum",
      "  more-cam2seg        MoRe's: maps (eval.maps) of the predicted classes at eval.mapScales",
      "  cosa         CoSA's: 448 px, sums over five scales and flips; CAMs are scored too",
      "  more-crf, more-cam2seg-crf, cosa-crf   the same with their CRF",
      "  more-test-crf       as more-cam2seg-crf, but of the segmented classes",
      "  custom       as set by the keys of eval, such as --set eval.flip=sum",
      "Prints tables of IoU, boundary F, class F1 and AP, with the protocol, the checkpoint's"
          + " SHA-256, LibTorch, device and threads. The folder of results gets eval.json with all"
          + " of this, and part-1-of-1.jsonl with the counts of each image.",
      "An image that cannot be read or has no mask that fits is skipped and named; the exit status"
          + " is then 3. An interrupted evaluation is resumed with --resume.",
      "On several processes (toco launch), each evaluates its share of the images, and rank 0"
          + " prints the table."
    },
    synopsisSubcommandLabel = "[cam|merge]",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco eval configs/demo.yaml --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth --protocol voc-crf \\",
      "      --bootstrap 1000",
      "  toco eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth --protocol voc-crf --shard"
          + " 1/4",
      "  toco eval configs/more_voc_vit_b.yaml --checkpoint FILE --protocol more-cam2seg-crf",
      "  toco eval configs/voc_deit_b.yaml --network deeplab.onnx --output out --normalize"
          + " imagenet",
      "  toco launch --nproc 4 -- eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth"
    })
final class EvalCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "train-time",
      description = "${COMPLETION-CANDIDATES} (default: train-time).")
  Protocol.Name protocol = Protocol.Name.TRAIN_TIME;

  @Option(
      names = "--labels-known",
      description =
          "Also score segmentations without the classes that each image's true labels lack, as CoSA"
              + " reports them: not comparable with other scores. Short for --set"
              + " eval.labelsKnown=true.")
  boolean labelsKnown;

  @Mixin EvalOutput output = new EvalOutput();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder of results (default: run.dir/eval/PROTOCOL-SPLIT, with --network"
              + " PROTOCOL-SPLIT-NAME).")
  @Nullable Path out;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      defaultValue = "1/1",
      description = "Evaluate only the I-th of N parts; toco eval merge combines them.")
  String shard = "1/1";

  @Option(
      names = "--resume",
      description = "Continue after the last batch that an interrupted evaluation finished.")
  boolean resume;

  @Option(
      names = "--crf-workers",
      paramLabel = "N",
      description =
          "Threads of the dense CRF, which run in parallel to the network (default: all cores but"
              + " one). The scores do not depend on it.")
  int crfWorkers = Math.max(1, Machine.cores() - 1);

  @Option(
      names = "--overlays",
      paramLabel = "N",
      description =
          "Draw CAMs and segmentation of the first N images, as in evaluations during training, to"
              + " run.dir/overlays/eval-SPLIT.png.")
  int overlays;

  EvalCommand(Console console) {
    this.console = console;
  }

  static CommandLine commandLine(Console console) {
    return new CommandLine(new EvalCommand(console))
        .addSubcommand(new EvalCamCommand(console))
        .addSubcommand(new EvalMergeCommand(console));
  }

  @Override
  public Integer call() {
    var weights = network.weights();
    var overrides = network.set.overrides();
    var read = network.load();
    var loaded = labelsKnown ? read.with("eval.labelsKnown=true") : read;
    requireUsed(overrides);
    requireWorkers();
    output.requireValid(spec.commandLine());
    var chosen = Protocol.of(protocol, loaded);
    var given = part();
    ResultFolder.requireFolder(folder(loaded, chosen));
    try (var world = World.of(System.getenv())) {
      try {
        return evaluate(weights, loaded, chosen, given, world);
      } catch (RuntimeException | Error e) {
        world.reportFailure(e);
        throw e;
      }
    }
  }

  /// Evaluates a part; on several processes, that of this process.
  private int evaluate(Path weights, Config loaded, Protocol chosen, Shard given, World world) {
    if (world.size() > 1 && given.of() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--shard is for independent processes; remove it when using toco launch");
    }
    var part = world.size() > 1 ? new Shard(world.rank() + 1, world.size()) : given;
    var dataset = Dataset.openAllowingMissingImages(loaded.data(), chosen.split());
    var device = Devices.prepare(loaded.train(), world);
    var progress = world.isRank0() ? console.progress() : console.silence();
    var folder = folder(loaded, chosen);
    try (var trained = network.open(loaded, device)) {
      var model = trained.model();
      var evaluator = new Evaluator(loaded, chosen, dataset, device, crfWorkers);
      progress.onMessage(
          "evaluating %s images on %s by %s".formatted(dataset.size(), device, chosen));
      var run = new EvaluationRun(folder, part, resume);
      var listener =
          new EvaluationRun.Listener(progress::onEvaluationProgress, progress::onMessage);
      var result = run.run(evaluator, model, weights, network.network(), listener);
      progress.clear();
      if (overlays > 0 && world.isRank0()) {
        var overlayFolder = loaded.run().dir().resolve("overlays");
        ResultFolder.create(overlayFolder);
        var png = overlayFolder.resolve("eval-" + chosen.split() + ".png");
        evaluator.overlays(model, Math.min(overlays, dataset.size()), png);
        progress.onMessage("wrote " + png);
      }
      var parts = EvaluationRun.gather(result.file(), world);
      if (!world.isRank0()) {
        return ExitStatus.SUCCESS;
      }
      if (given.of() > 1) {
        progress.onMessage(
            "shard %s is in %s; when all shards are done: toco eval merge %s"
                .formatted(part, result.file(), folder));
        return result.skipped() == 0 ? ExitStatus.SUCCESS : ExitStatus.SKIPPED;
      }
      var report = EvalReport.of(parts, output.bootstrap, output.seed);
      return output.show(report, folder, console, progress);
    }
  }

  private Path folder(Config loaded, Protocol chosen) {
    return out == null
        ? loaded.run().dir().resolve("eval", protocol + "-" + chosen.split() + network.suffix())
        : out;
  }

  /// A named protocol fixes these keys, so setting them would have no effect.
  private void requireUsed(Overrides overrides) {
    for (var setting : overrides.settings()) {
      var key = setting.key();
      if (key.startsWith("eval.") && !protocol.uses(key)) {
        throw new ParameterException(
            spec.commandLine(),
            "--set %s=%s has no effect with --protocol %s, which %s"
                .formatted(
                    key,
                    setting.value(),
                    protocol,
                    Protocol.Name.CUSTOM.uses(key)
                        ? "fixes it; use --protocol custom"
                        : "segments no class maps; use --protocol more-cam2seg"));
      }
    }
  }

  /// Checked before existing results are truncated.
  private void requireWorkers() {
    if (crfWorkers < 1) {
      throw new ParameterException(
          spec.commandLine(), "--crf-workers must be ≥ 1, got " + crfWorkers);
    }
  }

  private Shard part() {
    try {
      return Shard.parse(shard);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--shard: " + e.getMessage());
    }
  }
}
