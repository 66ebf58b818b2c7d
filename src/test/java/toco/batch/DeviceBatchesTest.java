package toco.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.config.Config;
import toco.config.PixelStatistics;
import toco.image.Normalization;
import toco.torch.Accelerator;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceStream;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Batches that are made on an accelerator: uploads and augmentation are queued by the loader's
/// threads, and the trainer's thread uses them.
@Timeout(120)
@TensorTest(scope = false)
@OnAccelerator
class DeviceBatchesTest {
  private static final Normalization NORMALIZATION = Normalization.of(PixelStatistics.IMAGENET);

  private static final double MOST = TestAccelerator.hasGpu() ? 10.01 : 5.01; // levels

  @TempDir static Path folder;

  private static KnownData data;

  private final Device device = TestAccelerator.device();

  @BeforeAll
  static void makeData() {
    data = KnownData.in(folder);
  }

  private static BatchRing ring(Config config, Device device, int workers) {
    return new BatchRing(KnownData.source(config, device), 0, workers);
  }

  /// The operators differ from the CPU's kernels by one level here and there, or two on a GPU, of
  /// which brightness, contrast and saturation, each up to 1.4 times, make at most 5, or 10; in the
  /// mean it is less than half a level. Hue is left out: that of a pixel that is nearly grey may be
  /// any. Everything else is equal.
  @Test
  void theSameBatchesAsOnTheCpu() {
    var config = data.hinted();
    try (var onCpu = ring(config, Device.CPU, 2);
        var there = ring(config, device, 2)) {
      for (int i = 0; i < 8; i++) {
        try (var _ = TensorScope.open()) {
          var expected = onCpu.next();
          var got = there.next();
          assertSimilar(expected.view1(), got.view1());
          assertSimilar(expected.view2(), got.view2());
          assertSimilar(expected.localView(), got.localView());
          assertEquals(device, got.labels().device());
          assertArrayEquals(expected.labels().toFloatArray(), got.labels().toFloatArray());
          assertEquals(expected.boxes(), got.boxes());
          assertEquals(expected.samples(), got.samples());
          assertEquals(expected.pixels().limits(), got.pixels().limits());
          assertSameHints(expected.pixels(), got.pixels());
        }
      }
    }
  }

  private static void assertSimilar(Tensor expected, Tensor there) {
    var levels = NORMALIZATION.denormalize(expected);
    var difference = NORMALIZATION.denormalize(there).to(Device.CPU).sub(levels).abs();
    double mean = difference.mean().item();
    double most = difference.amax().item();
    assertTrue(mean < 0.5 && most < MOST, () -> "mean %s, most %s".formatted(mean, most));
  }

  private void assertSameHints(PixelLabels expected, PixelLabels there) {
    var hints = there.hints();
    var ofCpu = expected.hints();
    assertNotNull(hints);
    assertNotNull(ofCpu);
    assertEquals(device, hints.device());
    var known = ofCpu.to(DType.INT64).toLongArray();
    assertArrayEquals(known, hints.to(DType.INT64).toLongArray());
    var labels = Tensor.randint(0, 8, ofCpu.shape().sizes());
    assertArrayEquals(
        expected.correct(labels).toLongArray(), there.correct(labels.to(device)).toLongArray());
  }

  @Test
  void batchesDoNotDependOnTheNumberOfWorkers() {
    try (var one = ring(data.hinted(), device, 1);
        var many = ring(data.hinted(), device, 5)) {
      for (int i = 0; i < 7; i++) {
        assertEquals(contents(one.next()), contents(many.next()));
      }
    }
  }

  private static List<Object> contents(Batch batch) {
    var contents = new ArrayList<Object>(batch.samples());
    try (var _ = TensorScope.open()) {
      for (var tensor : List.of(batch.view1(), batch.view2(), batch.localView(), batch.labels())) {
        contents.add(Arrays.hashCode(tensor.toFloatArray()));
      }
      var hints = batch.pixels().hints();
      contents.add(hints == null ? 0 : Arrays.hashCode(hints.toDoubleArray()));
    }
    return contents;
  }

  /// What a step does with a batch: it reads all of it, and does not wait.
  private static Tensor use(Batch batch) {
    var sum = batch.view1().sum().add(batch.view2().sum()).add(batch.localView().sum());
    var hints = batch.pixels().hints();
    return hints == null ? sum : sum.add(hints.to(DType.FLOAT32).sum()).add(batch.labels().sum());
  }

  /// With one stream for the whole process, with a ring that was opened on another stream, and with
  /// a trainer on another stream.
  @ParameterizedTest
  @CsvSource({"false, false, 200", "true, false, 70", "false, true, 70"})
  void hundredsOfBatchesHaveNoHazardAndLevelMemory(
      boolean openedOnAnother, boolean usedOnAnother, int batches) {
    StandIn.device(0);
    var expected = new ArrayList<Double>();
    try (var ring = ring(data.hinted(), device, 1)) {
      for (int i = 0; i < 6; i++) {
        try (var _ = TensorScope.open()) {
          expected.add(use(ring.next()).item());
        }
      }
    }
    try (var ring = openedOn(stream(openedOnAnother))) {
      try (var _ = stream(usedOnAnother).use()) {
        StandIn.reset();
        var live = new ArrayList<Long>();
        for (int i = 0; i < batches; i++) {
          try (var _ = TensorScope.open()) {
            var sum = use(ring.next());
            if (i < expected.size()) {
              assertEquals(expected.get(i), sum.item());
            }
          }
          if (i % 15 == 10) {
            live.add(settledLiveBytes());
          }
        }
        assertEquals(List.of(), StandIn.hazards());
        assertEquals(live.stream().map(_ -> live.getFirst()).toList(), live);
        assertTrue(
            StandIn.counts().lateCopies() >= 2L * batches * KnownData.BATCH, "images and hints");
        assertEquals(expected.size(), StandIn.counts().readBacks());
        assertEquals(expected.size(), StandIn.counts().waits(), StandIn.operators().toString());
      }
    }
  }

  private DeviceStream stream(boolean another) {
    return another ? DeviceStream.create(device, false) : DeviceStream.current(device);
  }

  private BatchRing openedOn(DeviceStream stream) {
    try (var _ = stream.use()) {
      return ring(data.hinted(), device, 3);
    }
  }

  /// When the workers have filled every slot and wait.
  private static long settledLiveBytes() {
    for (int waiting = 0; waiting < 2; ) {
      boolean allWait =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("toco-loader"))
              .allMatch(thread -> thread.getState() == Thread.State.WAITING);
      waiting = allWait ? waiting + 1 : 0;
      LockSupport.parkNanos(1_000_000);
    }
    return StandIn.counts().liveBytes();
  }

  @Test
  void closingMidEpochFreesTheDevice() {
    StandIn.device(0);
    long before = StandIn.counts().liveBytes();
    long tensors = LibTorch.liveTensors();
    for (int i = 0; i < 6; i++) {
      try (var ring = ring(data.hinted(), device, 3)) {
        for (int taken = 0; taken < i % 4; taken++) {
          ring.next();
        }
      }
    }
    assertEquals(before, StandIn.counts().liveBytes());
    assertEquals(tensors, LibTorch.liveTensors());
  }

  /// The second device: no tensor of it is made on the first.
  @SuppressWarnings("try") // closing twice does nothing, and is what the test is about
  @Test
  void batchesOfTheSecondDeviceAreMadeThere() {
    var second = StandIn.device(1);
    long onFirst = Accelerator.memory(StandIn.device(0)).allocated();
    try (var one = ring(data.hinted(), device, 2);
        var other = ring(data.hinted(), second, 2)) {
      for (int i = 0; i < 3; i++) {
        var batch = other.next();
        assertEquals(second, batch.view1().device());
        assertEquals(contents(one.next()), contents(batch));
      }
      one.close();
      assertEquals(onFirst, Accelerator.memory(StandIn.device(0)).allocated());
    }
  }
}
