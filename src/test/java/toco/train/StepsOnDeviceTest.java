package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.torch.Device;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Ten steps on an accelerator have the losses and the labels of the CPU's. Each run has another
/// set of switches, so that few runs cover them all.
@OnAccelerator
@TensorTest
class StepsOnDeviceTest {
  private static final int STEPS = 10;
  private static final double BOUND = TestAccelerator.hasGpu() ? 1e-3 : 1e-5;

  @TempDir Path folder;

  /// Two micro-batches make a step.
  private Config toco(String... more) {
    var keys = new ArrayList<>(SMALL);
    keys.addAll(List.of(more));
    return TinyRun.config(run(), data(), keys.toArray(String[]::new));
  }

  private static final List<String> SMALL =
      List.of("train.gradientAccumulation=2", "augment.cropSizePx=64", "train.localCropSizePx=32");

  private Path run() {
    return folder.resolve("run");
  }

  private Path data() {
    return folder.resolve("data");
  }

  /// Both contrasts from the first step on, then the decoder: the schedule of VOC.
  @Test
  void vocScheduleByAdamWWithHintsBoxesClippingAndDropPath() throws IOException {
    WeakLabelFiles.write(toco());
    assertEqualSteps(
        toco(
            "data.hints=hints.csv",
            "data.boxes=boxes",
            "optim.clipGradNorm=1",
            "model.dropPath=0.2"));
  }

  /// Classification, then the decoder, then the contrasts and the other CAMs: the schedule of COCO.
  @Test
  void cocoScheduleBySgdWithFrozenBlocksLayerDecayAndCheckpointedActivations() {
    assertEqualSteps(
        toco(
            "loss.ptcStartIter=4",
            "loss.ctcStartIter=4",
            "loss.mainCamStartIter=4",
            "loss.ctcTemperature=1",
            "optim.kind=PolyWarmupSGD",
            "optim.layerDecay=0.8",
            "optim.decayNormsAndBiases=false",
            "model.frozenBlocks=1",
            "model.pooledShare=0.2",
            "model.attendedPooling=true",
            "train.compat=aligned",
            "train.checkpointActivations=true"));
  }

  @Test
  void moreByCosineAdamW() {
    assertEqualSteps(more("optim.kind=CosWarmupAdamW"));
  }

  private Config more(String... keys) {
    return MoreRun.config(run(), data(), "augment.cropSizePx=64", "train.maxIters=10")
        .with("train.gradientAccumulation=2")
        .with(keys);
  }

  @Test
  void cosaWithItsTeacher() {
    assertEqualSteps(cosa());
  }

  private Config cosa(String... keys) {
    return CosaRun.config(run(), data(), "train.gradientAccumulation=2", "train.maxIters=10")
        .with(keys);
  }

  /// In bfloat16, which keeps 8 bits, a device and the CPU round at other places: a device adds a
  /// bias within the product, encodes both views at once, and keeps sums and softmaxes in float32.
  /// So losses near 1 differ by some thousandths in the first step, and by some hundredths after
  /// steps along different gradients. Checkpointed activations are computed in bfloat16 again.
  @Test
  void bfloat16AutocastOfEveryRecipe() {
    String[] keys = {"train.precision=bfloat16", "train.checkpointActivations=true"};
    for (var config : List.of(toco(keys), more(keys), cosa(keys))) {
      assertEqualSteps(config, false, i -> i == 0 ? 0.002 : 0.05);
    }
  }

  private static void assertEqualSteps(Config config) {
    assertEqualSteps(config, true, _ -> BOUND);
  }

  /// @param bound of a step's relative differences
  /// @param isReported whether terms of weight 0 and labels are compared, too
  private static void assertEqualSteps(
      Config config, boolean isReported, IntToDoubleFunction bound) {
    var expected = steps(config, Device.CPU, isReported);
    var actual = steps(config, TestAccelerator.device(), isReported);
    int labels = 0;
    for (int i = 0; i < STEPS; i++) {
      var step = "step " + i + ": ";
      assertEquals(expected.get(i).losses().keySet(), actual.get(i).losses().keySet(), step);
      assertFalse(expected.get(i).losses().isEmpty());
      for (var loss : expected.get(i).losses().entrySet()) {
        double value = loss.getValue();
        double other = actual.get(i).losses().get(loss.getKey());
        assertEquals(
            value,
            other,
            bound.applyAsDouble(i) * Math.max(1, Math.abs(value)),
            () -> step + loss.getKey());
      }
      if (isReported && !TestAccelerator.hasGpu()) { // whose rounding moves edges by a pixel
        for (var map : expected.get(i).labels().entrySet()) {
          assertArrayEquals(
              map.getValue(), actual.get(i).labels().get(map.getKey()), step + map.getKey());
          labels += map.getValue().length;
        }
      }
    }
    assertEquals(isReported && !TestAccelerator.hasGpu(), labels > 0);
  }

  private static List<StepsOnDevice.Logged> steps(
      Config config, Device device, boolean isReported) {
    var logged = new ArrayList<StepsOnDevice.Logged>();
    try (var _ = TensorScope.open();
        var steps = new StepsOnDevice(config, device, 2 * STEPS)) {
      if (!device.isCpu() && !TestAccelerator.hasGpu()) {
        StandIn.reset();
      }
      for (int i = 0; i < STEPS; i++) {
        logged.add(steps.runLogged(isReported));
      }
    }
    if (!device.isCpu() && !TestAccelerator.hasGpu()) {
      assertEquals(List.of(), StandIn.hazards());
    }
    return logged;
  }
}
