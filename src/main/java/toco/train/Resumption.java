package toco.train;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.distributed.World;

/// What a run resumes from. Rank 0 reads it and broadcasts it to the other ranks.
///
/// @param config the run's configuration with the user's changes
/// @param found the checkpoint; null in every rank but 0
record Resumption(Config config, Checkpoint.@Nullable Found found) {

  /// The newest usable checkpoint of a run; its tensors belong to the innermost scope.
  ///
  /// @param overrides changes to the run's configuration
  /// @throws TrainingException if there is no checkpoint, or the samples of a step cannot be
  ///   divided among the present number of processes
  static Resumption of(Path runDir, Overrides overrides, World world, TrainingListener listener) {
    var found = world.isRank0() ? newest(runDir) : null;
    if (found != null) {
      found
          .damaged()
          .forEach(reason -> listener.onMessage("skipped a damaged checkpoint: " + reason));
    }
    var yaml = world.broadcastString("resumed", () -> saved(found).configYaml());
    var processes =
        world.broadcastString("processes", () -> String.valueOf(saved(found).processes()));
    var origin = found == null ? "the run of rank 0" : found.file().toString();
    var config = Config.parse(yaml, origin, overrides).with(Overrides.of("run.dir", runDir));
    requireSameFrozen(Config.parse(yaml, origin, Overrides.NONE), config, origin);
    boolean given = overrides.has("train.samplesPerProcess");
    return new Resumption(
        given ? config : divided(config, Integer.parseInt(processes), world, listener), found);
  }

  private static Checkpoint saved(Checkpoint.@Nullable Found found) {
    if (found == null) {
      throw new IllegalStateException("only rank 0 has the checkpoint");
    }
    return found.checkpoint();
  }

  /// Weights that were frozen have no optimizer state to resume from.
  private static void requireSameFrozen(Config saved, Config wanted, String origin) {
    var before = saved.model().frozenBlocks();
    var now = wanted.model().frozenBlocks();
    if (!before.equals(now)) {
      throw new TrainingException(
          ("the run trained with model.frozenBlocks %s and cannot be resumed with %s, because the"
                  + " optimizer has no state of frozen weights; to use the trained encoder, start"
                  + " another run with model.pretrained=%s")
              .formatted(before, now, origin));
    }
  }

  /// The same number of samples per step, divided among another number of processes.
  private static Config divided(
      Config config, int processes, World world, TrainingListener listener) {
    int samples = config.train().samplesPerProcess();
    int together = samples * processes;
    if (processes == world.size()) {
      return config;
    }
    if (together % world.size() != 0) {
      throw new TrainingException(
          ("the run trained on %s processes with %s samples each, and %s cannot be divided "
                  + "among %s processes; use another number of processes, or set "
                  + "train.samplesPerProcess, which changes the run")
              .formatted(processes, samples, together, world.size()));
    }
    listener.onMessage(
        "the run trained on %s processes with %s samples each, and continues on %s with %s each"
            .formatted(processes, samples, world.size(), together / world.size()));
    return config.with("train.samplesPerProcess=" + together / world.size());
  }

  private static Checkpoint.Found newest(Path runDir) {
    if (!Files.isDirectory(runDir)) {
      throw new TrainingException(
          "there is no run folder %s; --resume takes the run.dir of an earlier train"
              .formatted(runDir));
    }
    return Checkpoint.latest(runDir)
        .orElseThrow(() ->
            new TrainingException(
                "%s has no checkpoint to resume from; start the run again".formatted(runDir)));
  }
}
