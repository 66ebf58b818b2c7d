package toco.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.distributed.World;
import toco.train.Trainer;

@Command(
    name = "train",
    header = "Trains a model, or resumes a run.",
    description = {
      "A run writes config.yaml, metrics.jsonl, sessions.jsonl (machine and versions of each"
          + " start), checkpoints/, overlays/ and tensorboard/ into its folder, run.dir; toco"
          + " report makes a web page from them.",
      "Ctrl-C finishes the step, saves a checkpoint and exits; a run that is then resumed gives the"
          + " same result as one that was never interrupted.",
      "Prints the last checkpoint's path and, if the run evaluated, its scores."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco train configs/voc_deit_b.yaml --set data.root=VOCdevkit/VOC2012",
      "  toco train configs/voc_mini.yaml --set data.root=voc-mini --set run.dir=runs/first",
      "  toco train --resume runs/first",
      "  toco train --resume runs/first --set train.maxIters=120"
    })
final class TrainCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "CONFIG",
      description =
          "YAML file with the keys that differ from the defaults; see: toco config " + "--describe")
  @Nullable Path config;

  @Mixin SetOption set = new SetOption();

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description =
          "Resume the run in this folder with its own configuration; --set overrides keys.")
  @Nullable Path run;

  TrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var progress = console.progress();
    try (var world = World.of(System.getenv());
        var trainer = open(progress, world)) {
      var outcome = console.stop().run(trainer, progress);
      progress.clear();
      if (!outcome.completed()) {
        return ExitStatus.STOPPED;
      }
      if (!world.isRank0()) {
        return ExitStatus.SUCCESS;
      }
      console.print("checkpoint %s\n".formatted(outcome.checkpoint()));
      var scores = outcome.scores();
      if (scores != null) {
        console.print(scores.table(trainer.config().data().classNames()));
      }
      return ExitStatus.SUCCESS;
    }
  }

  private Trainer open(ProgressReport progress, World world) {
    var overrides = set.overrides();
    if (run != null) {
      if (config != null) {
        ConfigDifference.between(run, Config.load(config, overrides))
            .ifPresent(keys ->
                progress.onMessage(
                    "%s is resumed with its own configuration; %s differs from it in %s"
                        .formatted(run, config, keys)));
      }
      return Trainer.resume(run, overrides, progress, world);
    }
    if (config == null) {
      throw new ParameterException(spec.commandLine(), "Missing CONFIG or --resume RUN");
    }
    var loaded = Config.load(config, overrides);
    return restarts(loaded.run().dir(), world)
        ? Trainer.resume(loaded.run().dir(), overrides, progress, world)
        : Trainer.start(loaded, progress, world);
  }

  /// Whether a launcher started the job again after a failure that left a checkpoint.
  private static boolean restarts(Path runDir, World world) {
    return Boolean.parseBoolean(
        world.broadcastString(
            "restart", () -> String.valueOf(world.restarts() > 0 && Checkpoint.existsIn(runDir))));
  }
}
