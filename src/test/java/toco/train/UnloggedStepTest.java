package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.Config;
import toco.config.RecipeName;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// A step whose losses are not logged never waits for the device, and leaves nothing there.
@OnAccelerator
@TensorTest
class UnloggedStepTest {
  private static final int FIRST_STEPS = 4; // in which terms and switches set in

  @TempDir Path folder;
  private Device device;

  @BeforeEach
  void writeHintsAndBoxes() throws IOException {
    device = StandIn.device(0);
    WeakLabelFiles.write(config(RecipeName.TOCO));
  }

  private Config config(RecipeName recipe, String... more) {
    var settings = new ArrayList<>(List.of("train.maxIters=400"));
    settings.addAll(List.of(more));
    if (recipe == RecipeName.TOCO) {
      settings.add("train.localCropSizePx=32");
    }
    var keys = settings.toArray(String[]::new);
    var run = folder.resolve("run");
    var data = folder.resolve("data");
    return switch (recipe) {
      case TOCO -> TinyRun.config(run, data, keys);
      case MORE -> MoreRun.config(run, data, keys);
      case COSA -> CosaRun.config(run, data, keys);
    };
  }

  /// Neither with hints and boxes nor with drop path, clipping, bfloat16 and recomputed
  /// activations.
  @ParameterizedTest
  @EnumSource
  void nothingIsReadBackAndNothingWaits(RecipeName recipe) {
    String[][] settings = {
      {"data.hints=hints.csv", "data.boxes=boxes", "train.gradientAccumulation=2"},
      {
        "train.precision=bfloat16",
        "train.checkpointActivations=true",
        "optim.clipGradNorm=1",
        "model.dropPath=0.2"
      }
    }; // of 96 px, so that a map of two images is too large to be copied without a wait
    for (var keys : settings) {
      try (var _ = TensorScope.open();
          var steps = new StepsOnDevice(config(recipe, keys), device, 4)) {
        StandIn.reset();
        for (int i = 0; i < FIRST_STEPS + 2; i++) {
          steps.run();
        }
        var counts = StandIn.counts();
        assertEquals(0, counts.readBacks(), counts.toString());
        assertEquals(0, counts.waits(), counts.toString());
        assertEquals(List.of(), StandIn.hazards());
        assertTrue(counts.launches() > 0, counts.toString());
      }
    }
  }

  @Test
  void twoHundredStepsLeaveNothing() {
    assertLevel(
        config(
            RecipeName.TOCO,
            "augment.cropSizePx=48",
            "cam.scales=[1]",
            "data.hints=hints.csv",
            "data.boxes=boxes"),
        200);
  }

  @ParameterizedTest
  @EnumSource(names = "TOCO", mode = EnumSource.Mode.EXCLUDE)
  void stepsOfOtherRecipesLeaveNothing(RecipeName recipe) {
    assertLevel(config(recipe, "augment.cropSizePx=64", "cam.scales=[1]"), 40);
  }

  /// Gradients are there from the first step on, so the bytes of every later one are the same.
  private void assertLevel(Config config, int count) {
    long before = StandIn.counts().liveBytes();
    try (var _ = TensorScope.open();
        var steps = new StepsOnDevice(config, device, 4)) {
      for (int i = 0; i < FIRST_STEPS; i++) {
        steps.run();
      }
      StandIn.reset();
      long bytes = StandIn.counts().liveBytes();
      long tensors = LibTorch.liveTensors();
      for (int i = FIRST_STEPS; i < count; i++) {
        steps.run();
        assertEquals(tensors, LibTorch.liveTensors(), "tensors after step " + i);
        assertEquals(bytes, StandIn.counts().liveBytes(), "bytes after step " + i);
      }
      assertEquals(List.of(), StandIn.hazards());
    }
    assertEquals(before, StandIn.counts().liveBytes(), "after closing");
  }
}
