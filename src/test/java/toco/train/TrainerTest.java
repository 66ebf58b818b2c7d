package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.batch.BatchSource;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.files.Json;
import toco.run.RunException;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import tools.jackson.databind.JsonNode;

@TensorTest(scope = false)
class TrainerTest {
  @TempDir Path folder;

  @Test
  void aRunLeavesCheckpointMetricsConfigAndPicturesAndNoTensors() throws IOException {
    var config = tiny("run", "train.maxIters=4", "train.overlayEvery=2", "train.logEvery=2");
    var outcome = TinyRun.train(config, new TinyRun.Watcher());
    assertTrue(outcome.completed());
    assertTrue(Files.exists(folder.resolve("run/checkpoints/step-000004.safetensors")));
    assertTrue(Files.exists(folder.resolve("run/overlays/step-000002.png")));
    assertEquals(config, Config.load(folder.resolve("run/config.yaml"), List.of()));
    var lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    assertEquals(3, lines.size(), lines.toString()); // steps 2 and 4, and the evaluation
    assertTrue(lines.get(0).startsWith("{\"step\":2,\"losses\":{\"cls\":"), lines.get(0));
  }

  @Test
  void metricsOnACpuSpeakOfNoGpu() throws IOException {
    var line = firstMetrics(tiny("run", "train.maxIters=1", "train.device=cpu"));
    assertTrue(line.has("peakRssBytes"), line.toString());
    assertFalse(line.has("peakDeviceBytes"), line.toString());
  }

  private JsonNode firstMetrics(Config config) throws IOException {
    TinyRun.train(config, new TinyRun.Watcher());
    var lines = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
    return Json.MAPPER.readTree(lines.getFirst());
  }

  /// Interrupted after 3 of 6 steps and resumed: every weight and every running value equals the
  /// uninterrupted run's, bit for bit, because all that is random is a function of seed and step.
  @Test
  void resumeEqualsUninterruptedRun() {
    TinyRun.train(tiny("whole", "train.maxIters=6"), new TinyRun.Watcher());

    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 3;
    var stopped = TinyRun.train(tiny("parts", "train.maxIters=6"), stopper);
    assertFalse(stopped.completed());
    assertEquals(3, stopped.step());
    try (var trainer =
        Trainer.resume(folder.resolve("parts"), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    assertSameCheckpoints(6, "whole", "parts");
  }

  /// Nothing that a step computes comes from a device's generator, so the state of one that is not
  /// there is not needed.
  @Test
  void aCheckpointWithTheRandomStateOfAnotherDeviceIsResumed() {
    TinyRun.train(tiny("whole", "train.maxIters=4"), new TinyRun.Watcher());
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 2;
    TinyRun.train(tiny("parts", "train.maxIters=4"), stopper);
    try (var _ = TensorScope.open()) {
      var file = Checkpoint.file(folder.resolve("parts"), 2);
      var saved = Checkpoint.load(file);
      assertEquals(Set.of("cpu"), saved.rng().keySet());
      var rng = Map.of("cpu", saved.rng().get("cpu"), "nobody", Tensor.zeros(16));
      new Checkpoint(
              saved.model(),
              saved.optimizer(),
              rng,
              saved.state(),
              saved.step(),
              saved.processes(),
              saved.configYaml(),
              saved.libTorchVersion())
          .save(file);
    }
    try (var trainer =
        Trainer.resume(folder.resolve("parts"), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    assertSameCheckpoints(4, "whole", "parts");
  }

  @Test
  void theNumberOfLoaderThreadsChangesNothing() {
    TinyRun.train(tiny("one", "train.maxIters=3", "data.workers=1"), new TinyRun.Watcher());
    TinyRun.train(tiny("three", "train.maxIters=3", "data.workers=3"), new TinyRun.Watcher());
    try (var _ = TensorScope.open()) {
      var one = StateDict.load(folder.resolve("one/checkpoints/step-000003.safetensors")).tensors();
      var three =
          StateDict.load(folder.resolve("three/checkpoints/step-000003.safetensors")).tensors();
      one.forEach((name, weight) ->
          assertArrayEquals(weight.toFloatArray(), three.get(name).toFloatArray(), name));
    }
  }

  @Test
  void aFolderThatHoldsARunIsNotOverwritten() throws IOException {
    TinyRun.train(tiny("run", "train.maxIters=2"), new TinyRun.Watcher());
    var metrics = Files.readString(folder.resolve("run/metrics.jsonl"));
    var e =
        assertThrows(
            RunException.class,
            () -> TinyRun.train(tiny("run", "train.maxIters=2"), new TinyRun.Watcher()));
    assertTrue(e.getMessage().contains("already holds a run"), e.getMessage());
    assertEquals(metrics, Files.readString(folder.resolve("run/metrics.jsonl")));
  }

  @Test
  void resumingWhereNothingIsSaysSo() {
    var e =
        assertThrows(
            TrainingException.class,
            () -> Trainer.resume(folder.resolve("nowhere"), Overrides.NONE, new TinyRun.Watcher()));
    assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
  }

  @Test
  void aTruncatedImageEndsTheRunWithItsNameAndLeavesNoTensors() throws IOException {
    var config = tiny("run", "train.maxIters=40", "train.logEvery=1");
    var data = Dataset.open(config.data(), Split.TRAIN);
    var victim = data.imagePath(1);
    var bytes = Files.readAllBytes(victim);
    Files.write(victim, Arrays.copyOf(bytes, bytes.length / 2));
    var e = assertThrows(DataException.class, () -> TinyRun.train(config, new TinyRun.Watcher()));
    assertTrue(e.getMessage().contains(victim.getFileName().toString()), e.getMessage());
    try (var _ = TensorScope.open()) { // what was learned until then is kept
      var steps = Files.readAllLines(folder.resolve("run/metrics.jsonl")).size();
      var kept = Checkpoint.latest(folder.resolve("run")).orElseThrow().checkpoint();
      assertEquals(steps, kept.step());
    }
  }

  /// An image that cannot be read is met in the second micro-batch of a step. The step is given up
  /// whole, the teacher's update included, so that resuming equals a run that never met it.
  @Test
  void aMicroBatchThatCannotBeLoadedLeavesAnExactCheckpoint() throws IOException {
    var settings = new String[] {"train.maxIters=4", "train.gradientAccumulation=2"};
    TinyRun.train(tiny("whole", settings), new TinyRun.Watcher());
    var config = tiny("parts", settings);
    var data = Dataset.open(config.data(), Split.TRAIN);
    var order = BatchSource.of(config, data, Device.CPU).sampler();
    var victim = data.imagePath(order.batchAt(3).indices()[0]); // step 2, second micro-batch
    var bytes = Files.readAllBytes(victim);
    Files.write(victim, Arrays.copyOf(bytes, bytes.length / 2));
    assertThrows(DataException.class, () -> TinyRun.train(config, new TinyRun.Watcher()));
    Files.write(victim, bytes);
    try (var trainer =
        Trainer.resume(folder.resolve("parts"), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    assertSameCheckpoints(4, "whole", "parts");
  }

  /// Training must not need masks: without any, or without a list of validation images, it runs to
  /// its end unscored.
  @Test
  void trainingWithoutMasksOrValidationListCompletesUnscored() throws IOException {
    var config = tiny("run", "train.maxIters=2", "train.evalEvery=1");
    var train = Dataset.open(config.data(), Split.TRAIN); // makes the images
    try (var masks = Files.list(folder.resolve("data/SegmentationClassAug"))) {
      for (var mask : masks.toList()) {
        Files.delete(mask);
      }
    }
    var voc = config.with("data.layout=voc");
    var outcome = TinyRun.train(voc, new TinyRun.Watcher());
    assertTrue(outcome.completed());
    assertNull(outcome.scores());
    assertTrue(train.size() > 0);

    var unlisted = voc.with("data.valList=lists/none.txt", "run.dir=" + folder.resolve("unlisted"));
    assertTrue(TinyRun.train(unlisted, new TinyRun.Watcher()).completed());
  }

  @Test
  void someMissingMasksAreNamedBeforeTheFirstStep() throws IOException {
    var config = tiny("run", "train.maxIters=2");
    var mask = Dataset.open(config.data(), Split.VAL).maskPath(1).orElseThrow();
    Files.delete(mask);
    var voc = config.with("data.layout=voc");
    var e = assertThrows(DataException.class, () -> TinyRun.train(voc, new TinyRun.Watcher()));
    assertTrue(e.getMessage().contains(mask.getFileName().toString()), e.getMessage());
    assertFalse(Files.exists(folder.resolve("run")));
  }

  @Test
  void aRunThatWasKilledInItsFirstSaveCanBeStartedAnew() throws IOException {
    Files.createDirectories(folder.resolve("run/checkpoints"));
    Files.writeString(folder.resolve("run/checkpoints/.step-000000.safetensors.1.tmp"), "half");
    assertTrue(TinyRun.train(tiny("run", "train.maxIters=2"), new TinyRun.Watcher()).completed());
  }

  private void assertSameCheckpoints(long step, String expected, String actual) {
    try (var _ = TensorScope.open()) {
      var whole = Checkpoint.load(Checkpoint.file(folder.resolve(expected), step));
      var parts = Checkpoint.load(Checkpoint.file(folder.resolve(actual), step));
      assertSameTensors(whole.model(), parts.model());
      assertSameTensors(whole.optimizer(), parts.optimizer());
    }
  }

  private static void assertSameTensors(Map<String, Tensor> expected, Map<String, Tensor> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((name, value) ->
        assertArrayEquals(value.toFloatArray(), actual.get(name).toFloatArray(), name));
  }

  private Config tiny(String run, String... more) {
    return TinyRun.config(folder.resolve(run), folder.resolve("data"), more);
  }
}
