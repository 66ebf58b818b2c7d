package toco.distributed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.OnAccelerator;
import toco.torch.Tensor;
import toco.torch.TensorList;
import toco.torch.TestAccelerator;

/// Two ranks with one accelerator each: collectives of its tensors, over NCCL if they are GPUs and
/// else through host memory over Gloo, and of CPU tensors.
@OnAccelerator
@EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
class AcceleratorWorldTest {
  private static final int RANKS = 2;

  private static void onDevices(BiConsumer<World, Device> work) {
    var devices = IntStream.range(0, RANKS).mapToObj(TestAccelerator::device).toList();
    Ranks.run(
        RANKS,
        world -> {
          var device = devices.get(world.rank());
          world.useDevice(device);
          work.accept(world, device);
          return "";
        });
  }

  /// A rank that is connected may use its device while another is still connecting.
  @RepeatedTest(10)
  void noRankWaitsForAnotherBeforeItUsesItsDevice() {
    onDevices((world, device) -> world.barrier("a test"));
  }

  @Test
  void collectivesOfItsTensorsReachEveryRank() {
    onDevices((world, device) -> {
      var counts = Tensor.of(new float[] {world.rank(), 1}, 2).to(device);
      world.allReduce_(counts, "a test");
      assertEquals(1, counts.to(Device.CPU).toFloatArray()[0]);
      var weights = Tensor.of(new float[] {world.rank() + 5}, 1).to(device);
      world.broadcast_(List.of(weights), "a test");
      assertEquals(5, weights.item());
      world.requireEqualAcrossRanks(Map.of("weights", weights), "a test");
      assertEquals(List.of("0", "1"), world.allGather(String.valueOf(world.rank()), "a test"));
    });
  }

  @Test
  void weightsThatDivergeAreNamed() {
    onDevices((world, device) -> {
      var weights = Map.of("w", Tensor.full(world.rank(), DType.FLOAT32, device, 3));
      var error =
          assertThrows(
              DistributedException.class, () -> world.requireEqualAcrossRanks(weights, "a test"));
      assertTrue(error.getMessage().contains("w differs"), error.getMessage());
    });
  }

  @Test
  void gradientsAreAveragedDuringTheBackwardPass() {
    onDevices((world, device) -> {
      var weight = Tensor.full(1, DType.FLOAT32, device, 1000).requiresGrad_(true);
      try (var averaging = GradientAveraging.of(world, List.of(weight), 25 << 20, true)) {
        for (int step = 1; step <= 3; step++) {
          averaging.begin();
          weight.sum().mul(world.rank() + 1).backward();
          averaging.finish();
          var gradient = weight.grad();
          assertNotNull(gradient);
          assertEquals(1.5f, gradient.to(Device.CPU).toFloatArray()[999]);
          new TensorList(List.of(weight)).zeroGrad();
        }
      }
    });
  }
}
