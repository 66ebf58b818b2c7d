package toco.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.host.ProcessMemory;
import toco.image.TurboJpeg;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@Timeout(120)
@TensorTest(scope = false)
class BatchRingTest {
  private static final int IMAGES =
      11; // batches of 4: two per epoch, the last 3 samples are dropped
  private static final int BATCH = 4;

  @TempDir static Path folder;

  @BeforeAll
  static void makeData() {
    Dataset.open(config(folder).data(), Split.TRAIN);
  }

  private static Config config(Path root, String... more) {
    var overrides =
        new ArrayList<String>(
            List.of(
                "data.root=" + root.resolve("data"),
                "data.synthetic.trainImages=" + IMAGES,
                "data.synthetic.valImages=1",
                "data.synthetic.testImages=1",
                "train.samplesPerProcess=" + BATCH));
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  private static BatchRing ring(Config config, long firstStep, int workers) {
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    return new BatchRing(BatchSource.of(config, dataset, Device.CPU), firstStep, workers);
  }

  /// The contents of a batch, with hashes of its tensors.
  private static List<Object> contents(Batch batch) {
    return List.of(
        hash(batch.view1()),
        hash(batch.view2()),
        hash(batch.localView()),
        hash(batch.labels()),
        batch.boxes(),
        batch.samples());
  }

  private static int hash(Tensor tensor) {
    return java.util.Arrays.hashCode(tensor.toFloatArray());
  }

  private static List<List<Object>> take(BatchRing ring, int batches) {
    var all = new ArrayList<List<Object>>();
    for (int i = 0; i < batches; i++) {
      all.add(contents(ring.next()));
    }
    return all;
  }

  @Test
  void batchesDoNotDependOnTheNumberOfWorkers() {
    try (var one = ring(config(folder), 0, 1);
        var many = ring(config(folder), 0, 5)) {
      var batches = take(one, 7);
      assertEquals(batches, take(many, 7));
      assertEquals(7, new HashSet<>(batches).size(), "all batches differ");
    }
  }

  @Test
  void aRingOpenedMidEpochContinuesAsAnUninterruptedOne() {
    try (var whole = ring(config(folder), 0, 2);
        var resumed = ring(config(folder), 3, 2)) {
      assertEquals(take(whole, 6).subList(3, 6), take(resumed, 3));
    }
  }

  @Test
  void anEpochShowsEachSampleAtMostOnceAndDropsTheIncompleteBatch() {
    try (var ring = ring(config(folder), 0, 2)) {
      for (int epoch = 0; epoch < 3; epoch++) {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < IMAGES / BATCH; i++) {
          seen.addAll(ring.next().samples());
        }
        assertEquals(IMAGES / BATCH * BATCH, seen.size());
      }
    }
  }

  /// While the trainer is slow, the workers fill all other slots.
  @Test
  void aBatchIsUnchangedUntilTheNextOneIsTaken() throws InterruptedException {
    try (var ring = ring(config(folder), 0, 2)) {
      for (int i = 0; i < 5; i++) {
        var batch = ring.next();
        var atFirst = contents(batch);
        Thread.sleep(50);
        assertEquals(atFirst, contents(batch));
      }
    }
  }

  @Test
  void slotsAreReused() {
    try (var ring = ring(config(folder), 0, 2)) {
      Set<Long> addresses = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        addresses.add(ring.next().view1().segment().address());
      }
      assertEquals(3, addresses.size());
    }
  }

  @Test
  void anUnreadableSampleReachesTheTrainerWithItsName(@TempDir Path other) throws IOException {
    var dataset = Dataset.open(config(other).data(), Split.TRAIN);
    Files.write(dataset.imagePath(5), new byte[] {1, 2, 3});
    try (var ring = ring(config(other), 0, 2)) {
      var e =
          assertThrows(
              DataException.class,
              () -> {
                for (int i = 0; i < IMAGES; i++) {
                  ring.next();
                }
              });
      assertTrue(e.getMessage().contains("sample " + dataset.name(5)), e.getMessage());
      assertTrue(e.getMessage().contains(dataset.imagePath(5).toString()), e.getMessage());
      assertTrue(e.getMessage().contains("data.onBadSample=skip"), e.getMessage());
      assertThrows(DataException.class, ring::next, "and it stays failed");
    }
  }

  @Test
  void skippedSamplesAreCountedNamedAndReplacedForAnyNumberOfWorkers(@TempDir Path other)
      throws IOException {
    var dataset = Dataset.open(config(other).data(), Split.TRAIN);
    Files.write(dataset.imagePath(5), new byte[] {1, 2, 3});
    Files.write(dataset.imagePath(2), new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 0});
    var config = config(other, "data.onBadSample=skip");
    try (var one = ring(config, 0, 1);
        var three = ring(config, 0, 3)) {
      var batches = take(one, 8);
      assertEquals(batches, take(three, 8));
      assertTrue(one.skippedSamples() >= 5, () -> "skipped " + one.skippedSamples());
      var skipped = one.takeSkipped();
      assertEquals(one.skippedSamples(), skipped.size());
      assertTrue(
          skipped.stream().anyMatch(line -> line.contains(dataset.name(2))), skipped::toString);
      assertTrue(one.takeSkipped().isEmpty());
      for (var batch : batches) {
        var samples = (List<?>) batch.getLast();
        assertFalse(samples.contains(5) || samples.contains(2), samples::toString);
      }
    }
  }

  @Test
  void aDataSetWithoutAReadableImageFailsInsteadOfSearchingForever(@TempDir Path other)
      throws IOException {
    var dataset = Dataset.open(config(other).data(), Split.TRAIN);
    for (int i = 0; i < dataset.size(); i++) {
      Files.write(dataset.imagePath(i), new byte[] {9});
    }
    try (var ring = ring(config(other, "data.onBadSample=skip"), 0, 2)) {
      var e = assertThrows(DataException.class, ring::next);
      assertTrue(e.getMessage().contains("toco data check"), e.getMessage());
    }
  }

  @Test
  void closingMidEpochLeavesNoThreadAndNoTensor() {
    for (int i = 0; i < 10; i++) {
      try (var ring = ring(config(folder), 0, 3)) {
        for (int taken = 0; taken < i % 4; taken++) {
          ring.next();
        }
      }
    }
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("toco-loader")));
  }

  /// Java allocates only small objects: handles, a path, generators. Resident memory may vary by
  /// what the C heap keeps; most of that, and of the JVM's compiled code, comes with the first
  /// thousands. A leak grows in every round.
  @Test
  void twentyThousandSamplesLeaveMemoryFlat() {
    assumeTrue(TurboJpeg.problem().isEmpty(), TurboJpeg.INSTALL); // the JDK decodes on the heap
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var ring = ring(config(folder), 0, 2)) {
      for (int i = 0; i < 5000; i++) {
        ring.next();
      }
      ring.next();
      touchHeap();
      long live = settledLiveTensors();
      int samples = 20_000;
      var grown = new ArrayList<Long>();
      do {
        long resident = ProcessMemory.residentBytes();
        long bytes = threads.getTotalThreadAllocatedBytes();
        for (int i = 0; i < samples / BATCH; i++) {
          ring.next();
        }
        long perSample = (threads.getTotalThreadAllocatedBytes() - bytes) / samples;
        grown.add(ProcessMemory.residentBytes() - resident);
        assertEquals(live, settledLiveTensors());
        assertTrue(perSample < 8_000, () -> perSample + " bytes of Java heap per sample");
      } while (grown.getLast() >= 16_000_000 && grown.size() < 3);
      assertTrue(
          grown.getLast() < 16_000_000, () -> "resident memory grew in each round: " + grown);
    }
  }

  /// Touches the whole Java heap: its pages becoming resident is not a leak.
  private static void touchHeap() {
    long touched = 0;
    while (touched < Runtime.getRuntime().maxMemory()) {
      touched += new byte[100_000].length;
    }
  }

  /// The count when the workers have filled every slot and wait.
  private static long settledLiveTensors() {
    long count = -1;
    for (int same = 0; same < 5; ) {
      long now = LibTorch.liveTensors();
      same = now == count ? same + 1 : 0;
      count = now;
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return count;
  }
}
