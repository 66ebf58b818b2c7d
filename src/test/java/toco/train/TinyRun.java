package toco.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.eval.Scores;

/// A training run of a few thousand weights on eight images, for tests.
public final class TinyRun {
  /// Overrides of `configs/demo.yaml` that make its network so small that tests take seconds.
  public static final List<String> NETWORK =
      List.of(
          "model.embedDim=24",
          "model.depth=3",
          "model.decoderChannels=8",
          "model.projectionHidden=16",
          "model.projectionBottleneck=8",
          "model.projectionOut=12");

  private TinyRun() {}

  /// Its configuration.
  public static Config config(Path run, Path data, String... more) {
    var overrides =
        new ArrayList<String>(
            List.of(
                "run.dir=" + run,
                "data.root=" + data,
                "data.synthetic.trainImages=8",
                "data.synthetic.valImages=2",
                "data.synthetic.testImages=1",
                "train.samplesPerProcess=2",
                "train.warmupIters=1",
                "train.localCrops=2",
                "loss.segStartIter=2",
                "loss.regStartIter=2",
                "train.evalEvery=0",
                "train.checkpointEvery=0",
                "train.overlayEvery=0",
                "eval.camScales=[1]",
                "augment.viewFlipProbability=0.5"));
    overrides.addAll(NETWORK);
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  /// Runs it.
  public static Trainer.Outcome train(Config config, Watcher watcher) {
    try (var trainer = Trainer.start(config, watcher)) {
      watcher.trainer = trainer;
      return trainer.run();
    }
  }

  /// Asks for a stop at a step.
  public static class Watcher implements TrainingListener {
    public long stopAt = Long.MAX_VALUE;
    @Nullable Trainer trainer;

    @Override
    public void onMessage(String line) {}

    @Override
    public void onStep(StepReport report) {
      if (report.step() >= stopAt && trainer != null) {
        trainer.requestStop();
      }
    }

    @Override
    public void onEvaluationProgress(int done, int total) {}

    @Override
    public void onEvaluation(long step, Scores scores) {}
  }
}
