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
import toco.model.Network;
import toco.run.LoggedStep;
import toco.run.RunHistory;
import toco.torch.Device;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Whole runs of MoRe.
@TensorTest
class MoreRunTest {
  private static final int STEPS = 6;
  private static final double TOLERANCE = 1e-5; // sums of a step in another order

  @TempDir Path folder;

  private Config config(String run, String... more) {
    return MoreRun.config(folder.resolve(run), folder.resolve("data"), more);
  }

  private List<LoggedStep> logged(String run) {
    return RunHistory.read(folder.resolve(run)).steps();
  }

  @Test
  void aResumedRunEndsWithTheSameStateBitForBit() {
    TinyRun.train(config("whole"), new TinyRun.Watcher());
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 3;
    assertEquals(3, TinyRun.train(config("halved"), stopper).step());
    var run = folder.resolve("halved");
    try (var trainer = Trainer.resume(run, Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    var whole = Checkpoint.load(Checkpoint.file(folder.resolve("whole"), STEPS));
    var resumed = Checkpoint.load(Checkpoint.file(run, STEPS));
    assertSame(whole.model(), resumed.model());
    assertSame(whole.optimizer(), resumed.optimizer());
    assertTrue(whole.model().containsKey("graph_layer.norm.weight"));
  }

  /// Terms with their weights, pictures, and a configuration without the keys of ToCo.
  @Test
  void aRunLeavesItsLogPicturesAndConfiguration() throws Exception {
    var config = config("run");
    TinyRun.train(config, new TinyRun.Watcher());
    var steps = logged("run");
    assertEquals(
        Map.of(
            "cls", 1.0, "clsAux", 1.0, "attri", 1.0, "ptc", 0.3, "cre", 0.2, "ure", 0.1, "seg", 0.0,
            "reg", 0.0),
        steps.getFirst().weights());
    assertEquals(0.12, steps.getLast().weights().get("seg"));
    assertTrue(steps.getLast().losses().values().stream().allMatch(Double::isFinite));
    assertTrue(Files.exists(folder.resolve("run/overlays/step-000003.png")));
    var yaml = Files.readString(folder.resolve("run/config.yaml"));
    assertTrue(yaml.contains("recipe: more") && yaml.contains("mainCamStartIter: 4"), yaml);
    assertFalse(yaml.contains("ctcWeight") || yaml.contains("localCrops"), yaml);
    assertEquals(config, Config.load(folder.resolve("run/config.yaml"), List.of()));
  }

  /// An encoder with one class token starts all of them.
  @Test
  void aPretrainedEncoderStartsTheRun() {
    var weights = folder.resolve("encoder.safetensors");
    var plain = config("pretrained");
    try (var network = new Network(plain.model(), Device.CPU);
        var _ = TensorScope.open()) {
      var encoder = new LinkedHashMap<>(network.params().all());
      encoder.keySet().removeIf(name -> !name.startsWith("encoder."));
      SafeTensors.write(weights, encoder, Map.of());
      var started = config("pretrained", "model.pretrained=" + weights, "train.maxIters=1");
      TinyRun.train(started, new TinyRun.Watcher());
      var first = Checkpoint.load(Checkpoint.file(folder.resolve("pretrained"), 0)).model();
      var block = "encoder.blocks.1.attn.qkv.weight";
      assertArrayEquals(bytes(encoder.get(block)), bytes(first.get(block)));
      var token = encoder.get("encoder.cls_token"); // [1, 1, D]
      assertArrayEquals(
          token.expand(1, 4 + 6, -1).detach().contiguous().toFloatArray(),
          first.get("encoder.cls_token").toFloatArray());
    }
  }

  @Test
  @EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
  void underGlobalScopeTwoProcessesOfOneSampleEqualOneProcessOfTwo() throws Exception {
    TinyRun.train(config("one", "optim.lr=6e-5"), new TinyRun.Watcher());
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
