package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.eval.Scores;
import toco.image.ImageException;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

class TrainerTest {
  @TempDir Path folder;

  @Test
  void aRunLeavesCheckpointMetricsConfigAndPicturesAndNoTensors() throws IOException {
    long before = LibTorch.liveTensors();
    var config = tiny("run", "train.maxIters=4", "train.overlayEvery=2", "train.logEvery=2");
    var outcome = train(config, new Watcher());
    assertTrue(outcome.completed());
    assertTrue(Files.exists(folder.resolve("run/checkpoints/step-000004.safetensors")));
    assertTrue(Files.exists(folder.resolve("run/overlays/step-000002.png")));
    assertEquals(config, Config.load(folder.resolve("run/config.yaml"), List.of()));
    var lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    assertEquals(3, lines.size(), lines.toString()); // steps 2 and 4, and the evaluation
    assertTrue(lines.get(0).startsWith("{\"step\":2,\"losses\":{\"cls\":"), lines.get(0));
    assertEquals(before, LibTorch.liveTensors());
  }

  /// Interrupted after 3 of 6 steps and resumed: every weight and every running value equals the
  /// uninterrupted run's, bit for bit, because all that is random is a function of seed and step.
  @Test
  void resumeEqualsUninterruptedRun() {
    train(tiny("whole", "train.maxIters=6"), new Watcher());

    var stopper = new Watcher();
    stopper.stopAt = 3;
    var stopped = train(tiny("parts", "train.maxIters=6"), stopper);
    assertFalse(stopped.completed());
    assertEquals(3, stopped.step());
    try (var trainer = Trainer.resume(folder.resolve("parts"), List.of(), new Watcher())) {
      assertTrue(trainer.run().completed());
    }
    try (var _ = TensorScope.open()) {
      var whole =
          toco.checkpoint.Checkpoint.load(
              folder.resolve("whole/checkpoints/step-000006.safetensors"));
      var parts =
          toco.checkpoint.Checkpoint.load(
              folder.resolve("parts/checkpoints/step-000006.safetensors"));
      assertEquals(whole.model().keySet(), parts.model().keySet());
      whole
          .model()
          .forEach(
              (name, weight) ->
                  assertArrayEquals(
                      weight.toFloatArray(), parts.model().get(name).toFloatArray(), name));
      whole
          .optimizer()
          .forEach(
              (name, value) ->
                  assertArrayEquals(
                      value.toFloatArray(), parts.optimizer().get(name).toFloatArray(), name));
    }
  }

  @Test
  void theNumberOfLoaderThreadsChangesNothing() {
    train(tiny("one", "train.maxIters=3", "data.workers=1"), new Watcher());
    train(tiny("three", "train.maxIters=3", "data.workers=3"), new Watcher());
    try (var _ = TensorScope.open()) {
      var one = StateDict.load(folder.resolve("one/checkpoints/step-000003.safetensors")).tensors();
      var three =
          StateDict.load(folder.resolve("three/checkpoints/step-000003.safetensors")).tensors();
      one.forEach(
          (name, weight) ->
              assertArrayEquals(weight.toFloatArray(), three.get(name).toFloatArray(), name));
    }
  }

  @Test
  void aFolderThatHoldsARunIsNotOverwritten() throws IOException {
    train(tiny("run", "train.maxIters=2"), new Watcher());
    var metrics = Files.readString(folder.resolve("run/metrics.jsonl"));
    var e =
        assertThrows(
            TrainingException.class, () -> train(tiny("run", "train.maxIters=2"), new Watcher()));
    assertTrue(e.getMessage().contains("already holds a run"), e.getMessage());
    assertEquals(metrics, Files.readString(folder.resolve("run/metrics.jsonl")));
  }

  @Test
  void resumingWhereNothingIsSaysSo() {
    var e =
        assertThrows(
            TrainingException.class,
            () -> Trainer.resume(folder.resolve("nowhere"), List.of(), new Watcher()));
    assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
  }

  @Test
  void aTruncatedImageEndsTheRunWithItsNameAndLeavesNoTensors() throws IOException {
    var config = tiny("run", "train.maxIters=40");
    var data = Datasets.open(config, Split.TRAIN);
    var victim = data.imagePath(1);
    var bytes = Files.readAllBytes(victim);
    Files.write(victim, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    long before = LibTorch.liveTensors();
    var e = assertThrows(ImageException.class, () -> train(config, new Watcher()));
    assertTrue(e.getMessage().contains(victim.getFileName().toString()), e.getMessage());
    assertEquals(before, LibTorch.liveTensors());
  }

  private Trainer.Outcome train(Config config, Watcher watcher) {
    var train = Datasets.open(config, Split.TRAIN);
    var val = Datasets.open(config, Split.VAL);
    try (var trainer = Trainer.start(config, train, val, watcher)) {
      watcher.trainer = trainer;
      return trainer.run();
    }
  }

  /// A network of a few thousand weights on eight images.
  private Config tiny(String run, String... more) {
    var overrides = new ArrayList<String>();
    overrides.addAll(
        List.of(
            "run.dir=" + folder.resolve(run),
            "data.root=" + folder.resolve("data"),
            "data.synthetic.trainImages=8",
            "data.synthetic.valImages=2",
            "data.synthetic.testImages=1",
            "model.embedDim=24",
            "model.depth=3",
            "model.decoderChannels=8",
            "model.projectionHidden=16",
            "model.projectionBottleneck=8",
            "model.projectionOut=12",
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
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  private static final class Watcher implements TrainingListener {
    long stopAt = Long.MAX_VALUE;
    @org.jspecify.annotations.Nullable Trainer trainer;
    final Map<Long, StepReport> reports = new LinkedHashMap<>();

    @Override
    public void onMessage(String line) {}

    @Override
    public void onStep(StepReport report) {
      reports.put(report.step(), report);
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
