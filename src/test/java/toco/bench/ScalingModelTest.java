package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.bench.ScalingModel.Gradient;
import toco.bench.ScalingModel.Links;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class ScalingModelTest {
  private static final double TOLERANCE = 1e-9; // ms, double arithmetic
  private static final double BUCKETING_MS = 3;
  private static final Links PERFECT = new Links(8, 1e12, 1e12, 0, 0);

  /// Ten gradients of 10 MB, each complete after another tenth of 50 ms of backward pass.
  private static ScalingModel model(long bucketBytes) {
    var gradients = new ArrayList<Gradient>();
    for (int i = 1; i <= 10; i++) {
      gradients.add(new Gradient(10_000_000, i / 10.0));
    }
    return new ScalingModel(30, 50, BUCKETING_MS, 2, gradients, bucketBytes);
  }

  @Test
  void oneProcessSendsNothingAndPerfectLinksCostNothing() {
    assertEquals(82, model(25_000_000).on(1, new Links(1, 1, 1, 100, 100)).stepMs(), TOLERANCE);
    assertEquals(82 + BUCKETING_MS, model(25_000_000).on(64, PERFECT).stepMs(), 1e-3);
  }

  /// Buckets of 20 MB are ready at 40, 50, 60, 70 and 80 ms. Two processes at 2 GB/s: each sends
  /// half of each bucket twice, 20 MB, in 10 ms, and each turn waits 1 ms for its first byte: 12
  /// ms. The first goes 40–52, then 52–64, –76, –88 and –100: 20 ms after the backward pass.
  @Test
  void twoProcessesByHand() {
    var step = model(20_000_000).on(2, new Links(2, 2, 1, 1000, 1000));
    assertEquals(5 * 12, step.communicationMs(), TOLERANCE);
    assertEquals(20, step.exposedMs(), TOLERANCE);
    assertEquals(102 + BUCKETING_MS, step.stepMs(), TOLERANCE);
  }

  /// Four processes on two hosts: first within the hosts, 2·20 MB/2 at 20 GB/s, then between them
  /// at 2 GB/s: 1 + 10 ms a bucket.
  @Test
  void twoHostsByHand() {
    var step = model(20_000_000).on(4, new Links(2, 20, 2, 0, 0));
    assertEquals(5 * 11, step.communicationMs(), TOLERANCE);
    assertEquals(40 + 55 - 80, step.exposedMs(), TOLERANCE);
  }

  @Test
  void whereSendingIsSlowestTheStepIsThatAlone() {
    var step = model(20_000_000).on(8, new Links(1, 1, 0.01, 0, 0));
    double sending = 2 * 7 / 8.0 * 100_000_000 / (0.01 * 1e6);
    assertEquals(40 + sending + BUCKETING_MS + 2, step.stepMs(), 1e-6);
  }

  @Test
  void smallerBucketsHideMoreUntilTheirNumberCosts() {
    var links = new Links(8, 5, 1, 20, 20);
    double whole = model(100_000_000).on(8, links).exposedMs();
    double pieces = model(20_000_000).on(8, links).exposedMs();
    assertTrue(pieces < whole / 2, pieces + " " + whole);
    var slowToStart = new Links(8, 5, 1, 2000, 2000);
    assertTrue(
        model(10_000_000).on(8, slowToStart).exposedMs()
            > model(100_000_000).on(8, slowToStart).exposedMs());
  }

  @Test
  void theGradientsOfANetworkAreAllThereAndComeFromItsEnd() {
    var config = Config.load(Path.of("configs/demo.yaml"), List.of());
    var compute = ScalingBench.Compute.of(config, 1, 10);
    var model = ScalingBench.of(config, compute, null, 1 << 20);
    assertEquals(4 * trainedWeights(config), model.bytes());
    assertTrue(model.gradients().getFirst().readyAt() < model.gradients().getLast().readyAt());
    assertEquals(1, model.gradients().getLast().readyAt(), TOLERANCE);
    double flops = new StepFlops(config).total();
    assertEquals(flops / 1e9, compute.forwardMs() + compute.backwardMs(), 1e-6);
  }

  private static long trainedWeights(Config config) {
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU)) {
      return model.params().trainable().values().stream().mapToLong(Tensor::numel).sum();
    }
  }
}
