package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.train.RunComparison.assertSame;
import static toco.train.RunComparison.atStart;
import static toco.train.RunComparison.largestDifference;
import static toco.train.RunComparison.resumeOnTwo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.files.Json;
import toco.torch.Accelerator;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Whole runs on an accelerator: what they leave, and that they resume on any device.
@OnAccelerator
@TensorTest(scope = false)
class DeviceRunTest {
  private static final int STEPS = 6;
  private static final int STOP = 3;

  /// In steps of other kernels, float32 losses near 1 differ by about 1e-6.
  private static final double BOUND = TestAccelerator.hasGpu() ? 1e-3 : 1e-5;

  private static final String[] PLAIN_VIEWS = {
    "augment.scaleMin=1",
    "augment.scaleMax=1",
    "augment.view2ScaleMin=1",
    "augment.view2RatioMin=1",
    "augment.view2RatioMax=1",
    "augment.jitterProbability=0",
    "augment.grayscaleProbability=0",
    "augment.view1BlurProbability=0",
    "augment.localBlurProbability=0",
    "augment.view2BlurProbability=0"
  };

  @TempDir Path folder;

  private Config config(String run, String device, String... more) {
    return config(RecipeName.TOCO, run, device, more);
  }

  private Config config(RecipeName recipe, String run, String device, String... more) {
    var settings =
        new ArrayList<>(
            List.of("train.device=" + device, "train.maxIters=" + STEPS, "train.logEvery=1"));
    settings.addAll(List.of(more));
    var keys = settings.toArray(String[]::new);
    var data = folder.resolve("data");
    return switch (recipe) {
      case TOCO -> TinyRun.config(folder.resolve(run), data, keys);
      case MORE -> MoreRun.config(folder.resolve(run), data, keys);
      case COSA -> CosaRun.config(folder.resolve(run), data, keys);
    };
  }

  private Path train(Config config) {
    assertTrue(TinyRun.train(config, new TinyRun.Watcher()).completed());
    return config.run().dir();
  }

  /// Trains the first half of a run, and the other half on another device.
  private Path trainInHalves(Config config, String second) {
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = STOP;
    assertEquals(STOP, TinyRun.train(config, stopper).step());
    var run = config.run().dir();
    var changes = Overrides.parse(List.of("train.device=" + second));
    try (var trainer = Trainer.resume(run, changes, new TinyRun.Watcher())) {
      assertEquals(second, trainer.device().toString());
      assertTrue(trainer.run().completed());
    }
    return run;
  }

  @Test
  void aRunLeavesItsFilesAndNothingOnTheDevice() throws IOException {
    var device = TestAccelerator.device();
    Accelerator.resetPeak(device);
    long before = Accelerator.memory(device).allocated();
    var run =
        train(
            config(
                "run",
                device.toString(),
                "train.logEvery=3",
                "train.overlayEvery=3",
                "train.evalEvery=3",
                "train.checkpointEvery=3"));
    assertTrue(Files.exists(run.resolve("checkpoints/step-000003.safetensors")));
    assertTrue(Files.exists(run.resolve("checkpoints/step-000006.safetensors")));
    assertTrue(Files.exists(run.resolve("overlays/step-000006.png")));
    var lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertEquals(4, lines.size(), lines.toString()); // two steps and two evaluations
    long peak = Json.MAPPER.readTree(lines.getFirst()).path("peakDeviceBytes").longValue();
    long afterwards = Accelerator.memory(device).peakAllocated();
    assertTrue(peak > 500_000 && peak <= afterwards, lines.getFirst());
    if (!TestAccelerator.hasGpu()) { // whose libraries keep memory of their own
      assertEquals(before, Accelerator.memory(device).allocated());
      assertEquals(List.of(), StandIn.hazards());
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResumedRunEndsAsAnUninterruptedOneBitForBit(RecipeName recipe) {
    var device = TestAccelerator.name();
    var whole = train(config(recipe, "whole", device));
    var halves = trainInHalves(config(recipe, "halves", device), device);
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(whole, STEPS));
      var actual = Checkpoint.load(Checkpoint.file(halves, STEPS));
      assertSame(expected.model(), actual.model());
      assertSame(expected.optimizer(), actual.optimizer());
      assertSame(expected.state(), actual.state());
    }
  }

  /// Without random colours and sizes, whose rounding to 8 bits differs, the devices' losses do
  /// not.
  @Test
  void aRunResumesOnTheOtherDevice() {
    var device = TestAccelerator.name();
    var whole = train(config("whole", "cpu", PLAIN_VIEWS));
    var back = trainInHalves(config("back", device, PLAIN_VIEWS), "cpu");
    var there = trainInHalves(config("there", "cpu", PLAIN_VIEWS), device);
    assertEquals(0, largestDifference(whole, back), BOUND);
    assertEquals(0, largestDifference(whole, there), BOUND);
  }

  @Test
  void aRunOnTheSecondDeviceTouchesNoOther() {
    var first = StandIn.device(0);
    long before = Accelerator.memory(first).allocated();
    Accelerator.resetPeak(first);
    StandIn.reset();
    train(
        config(
            "second",
            "standin:1",
            "train.maxIters=3",
            "train.overlayEvery=3",
            "train.evalEvery=3"));
    assertEquals(before, Accelerator.memory(first).peakAllocated());
    assertEquals(before, Accelerator.memory(first).allocated());
    assertTrue(Accelerator.memory(StandIn.device(1)).peakAllocated() > 500_000);
    assertEquals(List.of(), StandIn.hazards());
  }

  /// Over the samples of both, two processes with one device each make the steps of one process.
  @Test
  @EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
  void underGlobalScopeTwoDevicesOfOneSampleEqualOneDeviceOfTwo() throws Exception {
    var second = TestAccelerator.device(1);
    Accelerator.resetPeak(second);
    var device = TestAccelerator.name();
    var one = train(config("one", device, "optim.lr=6e-5"));
    var two = atStart(one, folder.resolve("two"));
    resumeOnTwo(two, "loss.scope=global");
    assertEquals(0, largestDifference(one, two), BOUND);
    assertSimilarWeights(one, two);
    assertTrue(
        Accelerator.memory(second).peakAllocated() > 500_000, "the other device trains, too");
    var local = atStart(one, folder.resolve("local"));
    resumeOnTwo(local);
    assertTrue(largestDifference(one, local) > 10 * BOUND, "the comparison can fail");
  }

  /// But for the biases of attention's keys: a softmax does not depend on them, so their gradients
  /// are nothing but rounding, of which AdamW makes steps of its learning rate's size.
  private static void assertSimilarWeights(Path run, Path other) {
    try (var _ = TensorScope.open()) {
      var expected = Checkpoint.load(Checkpoint.file(run, STEPS)).model();
      var actual = Checkpoint.load(Checkpoint.file(other, STEPS)).model();
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach((name, weight) ->
          assertArrayEquals(
              withoutKeyBiases(name, weight),
              withoutKeyBiases(name, actual.get(name)),
              (float) BOUND,
              name));
    }
  }

  private static float[] withoutKeyBiases(String name, Tensor weight) {
    var values = weight.toFloatArray();
    if (name.endsWith("attn.qkv.bias")) {
      Arrays.fill(values, values.length / 3, 2 * values.length / 3, 0);
    }
    return values;
  }

  /// Between two logged steps the trainer and its loader wait for nothing.
  @Test
  void stepsThatAreNotLoggedReadNothingBack() {
    StandIn.device(0);
    var counts = new ArrayList<StandIn.Counts>();
    var watcher =
        new TinyRun.Watcher() {
          @Override
          public void onStep(StepReport report) {
            counts.add(StandIn.counts());
            StandIn.reset();
          }
        };
    TinyRun.train(config("run", "standin:0", "train.logEvery=6"), watcher);
    for (int i = 1; i < STEPS - 1; i++) {
      assertEquals(0, counts.get(i).readBacks(), counts.get(i).toString());
      assertEquals(0, counts.get(i).waits(), counts.get(i).toString());
    }
  }
}
