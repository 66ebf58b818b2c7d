package toco.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochSamplerTest {
  @Test
  void anEpochVisitsEverySampleOnceSaveTheLastPartialBatch() {
    var sampler = new EpochSampler(1, 103, 8, 0, 1);
    assertEquals(12, sampler.batchesPerEpoch());
    var seen = new HashSet<Integer>();
    for (int step = 0; step < 12; step++) {
      var batch = sampler.batchAt(step);
      assertEquals(0, batch.epoch());
      assertEquals(step, batch.position());
      Arrays.stream(batch.indices()).forEach(seen::add);
    }
    assertEquals(96, seen.size());
    assertEquals(1, sampler.batchAt(12).epoch());
  }

  @Test
  void aResumedRunSeesTheSameBatchesAsAnUninterruptedOne() {
    var whole = new EpochSampler(7, 50, 4, 1, 2);
    for (int step = 0; step < 40; step++) {
      var fresh = new EpochSampler(7, 50, 4, 1, 2); // as after a restart at this very step
      assertArrayEquals(whole.batchAt(step).indices(), fresh.batchAt(step).indices());
    }
    // and in any order of asking
    assertArrayEquals(
        whole.batchAt(3).indices(), new EpochSampler(7, 50, 4, 1, 2).batchAt(3).indices());
  }

  @Test
  void epochsAndSeedsReshuffle() {
    var sampler = new EpochSampler(1, 64, 64, 0, 1);
    assertFalse(Arrays.equals(sampler.batchAt(0).indices(), sampler.batchAt(1).indices()));
    var other = new EpochSampler(2, 64, 64, 0, 1);
    assertFalse(Arrays.equals(sampler.batchAt(0).indices(), other.batchAt(0).indices()));
  }

  @Test
  void processesShareTheDataOutAndRepeatOnlyToComeOutEven() {
    int world = 4;
    var visits = new int[102];
    for (int rank = 0; rank < world; rank++) {
      var sampler = new EpochSampler(3, 102, 2, rank, world);
      assertEquals(13, sampler.batchesPerEpoch()); // ⌈102/4⌉ = 26 each
      for (int step = 0; step < 13; step++) {
        Arrays.stream(sampler.batchAt(step).indices()).forEach(i -> visits[i]++);
      }
    }
    assertTrue(IntStream.of(visits).allMatch(n -> n == 1 || n == 2));
    assertEquals(104 - 102, IntStream.of(visits).filter(n -> n == 2).count());
  }

  @Test
  void tooFewSamplesForABatchIsAnErrorNotAnEndlessEpoch() {
    var e = assertThrows(DataException.class, () -> new EpochSampler(1, 3, 4, 0, 1));
    assertTrue(e.getMessage().contains("train.samplesPerProcess"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new EpochSampler(1, 9, 2, 2, 2));
  }
}
