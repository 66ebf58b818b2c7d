package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.data.Dataset;
import toco.distributed.World;
import toco.eval.EvalReport;
import toco.eval.EvaluationRun;
import toco.eval.Evaluator;
import toco.eval.Shard;
import toco.host.Devices;

@Command(
    name = "eval",
    header = "Scores a model against masks, by a protocol.",
    description = {
      "Protocols, on the list that eval.split names:",
      "  train-time   one scale, images of eval.sizePx; CAMs over eval.camScales are scored, too",
      "  voc          native size, scales 1, 1.5, 1.25, flip pair summed, the scales' maximum",
      "  coco         448 px, the same scales, the flip pair's maximum, scales summed",
      "  voc-crf, coco-crf   the same and the dense CRF",
      "  custom       what the keys of eval say, such as --set eval.flip=sum",
      "Prints tables of IoU, boundary F, class F1 and AP, with the protocol, the checkpoint's"
          + " SHA-256, LibTorch, device and threads; eval.json in the results' folder has all of"
          + " it, and part-1-of-1.jsonl the counts of every image.",
      "An image that cannot be read or has no mask is passed over and noted: exit status 3. An"
          + " evaluation that was killed goes on with --resume.",
      "As one of several processes (toco launch), each evaluates its share, and the first prints"
          + " the table."
    },
    synopsisSubcommandLabel = "[cam|merge]",
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco eval configs/demo.yaml --checkpoint runs/demo/checkpoints/step-000600.safetensors",
      "  toco eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth --protocol voc-crf \\",
      "      --bootstrap 1000",
      "  toco eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth --protocol voc-crf --shard"
          + " 1/4",
      "  toco launch --nproc 4 -- eval configs/voc_deit_b.yaml --checkpoint toco_voc.pth"
    })
final class EvalCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description = "YAML file that describes model and data.")
  @Nullable Path config;

  @Option(
      names = "--checkpoint",
      paramLabel = "FILE",
      description =
          "Weights: a checkpoint of a run, another safetensors file, or a .pth of PyTorch.")
  @Nullable Path checkpoint;

  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "train-time",
      description = "${COMPLETION-CANDIDATES} (default: train-time).")
  Protocol.Name protocol = Protocol.Name.TRAIN_TIME;

  @Mixin Overrides overrides = new Overrides();

  @Mixin EvalOutput output = new EvalOutput();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the results (default: run.dir/eval/PROTOCOL-SPLIT).")
  @Nullable Path out;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      defaultValue = "1/1",
      description = "Evaluate the I-th of N parts only; toco eval merge puts them together.")
  String shard = "1/1";

  @Option(
      names = "--resume",
      description = "Go on after the last batch that an interrupted evaluation finished.")
  boolean resume;

  @Option(
      names = "--crf-workers",
      paramLabel = "N",
      description =
          "Threads of the dense CRF, beside the network (default: one a core but one). The scores"
              + " do not depend on it.")
  int crfWorkers = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  @Option(
      names = "--overlays",
      paramLabel = "N",
      description =
          "Draw the first N images as evaluations in training see them, to"
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
    var weights = required(checkpoint, "'--checkpoint=FILE'");
    var loaded = Config.load(required(config, "'CONFIG'"), overrides.keys);
    requireUsed(overrides.keys);
    requireWorkers();
    output.requireValid(spec.commandLine());
    var chosen = Protocol.of(protocol, loaded);
    var given = part();
    try (var world = World.of(System.getenv())) {
      try {
        return evaluate(weights, loaded, chosen, given, world);
      } catch (RuntimeException | Error e) {
        world.abandon(e);
        throw e;
      }
    }
  }

  /// Evaluates a part, or, as one of several processes, this one's.
  private int evaluate(Path weights, Config loaded, Protocol chosen, Shard given, World world) {
    if (world.size() > 1 && given.of() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--shard is for processes that do not know of each other; leave it out");
    }
    var part = world.size() > 1 ? new Shard(world.rank() + 1, world.size()) : given;
    var dataset = Dataset.openWithGaps(loaded.data(), chosen.split());
    var device = Devices.prepare(loaded.train(), world);
    var progress = world.isFirst() ? console.progress() : console.silence();
    var folder =
        out == null ? loaded.run().dir().resolve("eval", protocol + "-" + chosen.split()) : out;
    try (var network = TrainedNetwork.load(weights, loaded, device)) {
      var model = network.model();
      var evaluator = new Evaluator(loaded, chosen, dataset, device, crfWorkers);
      progress.onMessage(
          "evaluating %d images on %s by %s".formatted(dataset.size(), device, chosen));
      var run = new EvaluationRun(folder, part, resume);
      var listener =
          new EvaluationRun.Listener(progress::onEvaluationProgress, progress::onMessage);
      var result = run.run(evaluator, model, weights, listener);
      progress.clear();
      if (overlays > 0 && world.isFirst()) {
        var png = loaded.run().dir().resolve("overlays", "eval-" + chosen.split() + ".png");
        evaluator.overlays(model, Math.min(overlays, dataset.size()), png);
        progress.onMessage("wrote " + png);
      }
      var parts = EvaluationRun.gather(result.file(), world);
      if (!world.isFirst()) {
        return ExitStatus.SUCCESS;
      }
      if (given.of() > 1) {
        progress.onMessage(
            "shard %s is in %s; when all are there: toco eval merge %s"
                .formatted(part, result.file(), folder));
        return result.skipped() == 0 ? ExitStatus.SUCCESS : ExitStatus.SKIPPED;
      }
      var report = EvalReport.of(parts, output.bootstrap, output.seed);
      return output.show(report, folder, console, progress);
    }
  }

  /// A preset says it all; a key beside it would be without effect.
  private void requireUsed(List<String> keys) {
    boolean fixed = protocol != Protocol.Name.CUSTOM && protocol != Protocol.Name.TRAIN_TIME;
    for (var key : keys) {
      if (fixed && key.startsWith("eval.") && !key.startsWith("eval.split=")) {
        throw new ParameterException(
            spec.commandLine(),
            "--set %s has no effect with --protocol %s, which fixes it; use --protocol custom"
                .formatted(key, protocol));
      }
    }
  }

  /// Before results that are there are cut off.
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

  /// Required here, but not of `toco eval merge`.
  private <T> T required(@Nullable T value, String what) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), "Missing required " + what);
    }
    return value;
  }
}
