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
    header = "Trains a model, or goes on with a run.",
    description = {
      "A run leaves config.yaml, metrics.jsonl, sessions.jsonl (what each start ran on),"
          + " checkpoints/, overlays/ and tensorboard/ in its folder, run.dir; toco report makes a"
          + " page of them.",
      "Ctrl-C finishes the step, saves a checkpoint and leaves; --resume goes on from there as if"
          + " nothing had happened.",
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
      description = "YAML file of what differs from the defaults; see: toco config --describe")
  @Nullable Path config;

  @Mixin Overrides overrides = new Overrides();

  @Option(
      names = "--resume",
      paramLabel = "RUN",
      description =
          "Go on with the run in this folder. Its own configuration counts, with --set over it.")
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
    if (run != null) {
      if (config != null) {
        ConfigDifference.between(run, Config.load(config, overrides.keys))
            .ifPresent(keys ->
                progress.onMessage(
                    "%s goes on with its own configuration; %s differs from it in %s"
                        .formatted(run, config, keys)));
      }
      return Trainer.resume(run, overrides.keys, progress, world);
    }
    if (config == null) {
      throw new ParameterException(spec.commandLine(), "Missing CONFIG, or --resume RUN");
    }
    var loaded = Config.load(config, overrides.keys);
    return restarts(loaded.run().dir(), world)
        ? Trainer.resume(loaded.run().dir(), overrides.keys, progress, world)
        : Trainer.start(loaded, progress, world);
  }

  /// Whether a launcher started the job again after a failure that left a checkpoint.
  private static boolean restarts(Path runDir, World world) {
    return Boolean.parseBoolean(
        world.broadcastString(
            "restart", () -> String.valueOf(world.restarts() > 0 && Checkpoint.existsIn(runDir))));
  }
}
