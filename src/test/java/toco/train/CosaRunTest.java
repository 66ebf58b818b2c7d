package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.train.RunComparison.assertSame;
import static toco.train.RunComparison.atStart;
import static toco.train.RunComparison.bytes;
import static toco.train.RunComparison.resumeOnTwo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.config.Overrides;
import toco.distributed.World;
import toco.model.Network;
import toco.run.LoggedStep;
import toco.run.RunHistory;
import toco.torch.Device;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Whole runs of CoSA.
@TensorTest
class CosaRunTest {
  private static final int STEPS = 6;
  private static final double TOLERANCE = 1e-5; // sums of a step in another order

  @TempDir Path folder;

  private Config config(String run, String... more) {
    return CosaRun.config(folder.resolve(run), folder.resolve("data"), more);
  }

  private List<LoggedStep> logged(String run) {
    return RunHistory.read(folder.resolve(run)).steps();
  }

  private Checkpoint checkpoint(String run, int step) {
    return Checkpoint.load(Checkpoint.file(folder.resolve(run), step));
  }

  private void train(Config config) {
    TinyRun.train(config, new TinyRun.Watcher());
  }

  /// The teacher is part of it.
  @Test
  void aResumedRunEndsWithTheSameStateBitForBit() {
    train(config("whole"));
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 2; // before the switch
    assertEquals(2, TinyRun.train(config("halved"), stopper).step());
    var run = folder.resolve("halved");
    try (var trainer = Trainer.resume(run, Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    var whole = checkpoint("whole", STEPS);
    var resumed = checkpoint("halved", STEPS);
    assertSame(whole.model(), resumed.model());
    assertSame(whole.optimizer(), resumed.optimizer());
    assertSame(whole.state(), resumed.state());
    assertEquals(whole.model().size(), whole.state().size());
    assertTrue(whole.state().containsKey("teacher.decoder.conv8.weight"));
  }

  /// Terms with their weights, pictures, and a configuration without the keys of ToCo. Training
  /// reads no mask.
  @Test
  void aRunLeavesItsLogPicturesAndConfiguration() throws Exception {
    var config = config("run", "data.maskDir=nowhere", "data.valList=null");
    train(config);
    var steps = logged("run");
    assertEquals(STEPS, steps.size());
    assertEquals(
        Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.0, "cam", 0.0, "reg", 0.0),
        steps.get(2).weights());
    assertEquals(
        Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.1, "cam", 0.05, "reg", 0.05),
        steps.get(3).weights());
    for (var step : steps) {
      assertEquals(
          List.of("cls", "clsAux", "seg", "cam", "reg", "total"),
          step.losses().keySet().stream().filter(name -> !name.startsWith("empty")).toList());
      assertTrue(step.losses().values().stream().allMatch(Double::isFinite), step.toString());
    }
    // published: ln C at first, and the swap loss near ln 2
    assertEquals(Math.log(7), steps.getFirst().losses().get("seg"), 0.3);
    assertEquals(Math.log(2), steps.getFirst().losses().get("cam"), 0.1);
    assertTrue(Files.exists(folder.resolve("run/overlays/step-000003.png")));
    var yaml = Files.readString(folder.resolve("run/config.yaml"));
    assertTrue(yaml.contains("recipe: cosa") && yaml.contains("denseStartIter: 3"), yaml);
    assertFalse(yaml.contains("ctcWeight") || yaml.contains("creWeight"), yaml);
    assertEquals(config, Config.load(folder.resolve("run/config.yaml"), List.of()));
  }

  /// The decoder's gradient of zero ages its moments and decays its weights from the first step on,
  /// whether its losses are left out or are computed with weight 0.
  @Test
  void leavingLossesOutEqualsComputingThemWithWeightZero() {
    train(config("left-out", "train.logEvery=100", "train.overlayEvery=0"));
    var computing = config("computed", "train.logEvery=100", "train.overlayEvery=0");
    try (var trainer =
        Trainer.start(computing, WeightZeroRecipe::new, new TinyRun.Watcher(), World.single())) {
      assertTrue(trainer.run().completed());
    }
    var expected = checkpoint("computed", STEPS);
    var leftOut = checkpoint("left-out", STEPS);
    assertSame(expected.model(), leftOut.model());
    assertSame(expected.optimizer(), leftOut.optimizer());
    assertSame(expected.state(), leftOut.state());
  }

  /// Both networks start with the pretrained encoder, and with classifiers of their own.
  @Test
  void aPretrainedEncoderStartsBothNetworks() {
    var weights = folder.resolve("encoder.safetensors");
    var plain = config("pretrained");
    try (var network = new Network(plain.model(), Device.CPU);
        var _ = TensorScope.open()) {
      var encoder = new LinkedHashMap<>(network.params().all());
      encoder.keySet().removeIf(name -> !name.startsWith("encoder."));
      SafeTensors.write(weights, encoder, Map.of());
      train(config("pretrained", "model.pretrained=" + weights, "train.maxIters=1"));
      var first = checkpoint("pretrained", 0);
      encoder.forEach((name, weight) -> {
        assertArrayEquals(bytes(weight), bytes(first.model().get(name)), name);
        assertArrayEquals(bytes(weight), bytes(first.state().get("teacher." + name)), name);
      });
    }
  }

  @Test
  @EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
  void underGlobalScopeTwoProcessesOfOneSampleEqualOneProcessOfTwo() throws Exception {
    train(config("one", "optim.lr=6e-5", "train.maxIters=10", "train.overlayEvery=0"));
    var one = folder.resolve("one");
    resumeOnTwo(atStart(one, folder.resolve("two")), "loss.scope=global");
    assertEquals(0, largestDifference("one", "two"), TOLERANCE);
    resumeOnTwo(atStart(one, folder.resolve("local"))); // the published scope differs
    assertTrue(largestDifference("one", "local") > 100 * TOLERANCE, "local");
  }

  private double largestDifference(String run, String other) {
    return RunComparison.largestDifference(folder.resolve(run), folder.resolve(other));
  }
}
