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
  private static final StepDivision HALF = new StepDivision(4, 1, 2, 1);

  @Test
  void anEpochVisitsEverySampleOnceExceptThoseOfTheIncompleteLastBatch() {
    var sampler = new EpochSampler(1, 103, StepDivision.undivided(8));
    assertEquals(12, sampler.batchesPerEpoch());
    var seen = new HashSet<Integer>();
    for (int step = 0; step < 12; step++) {
      var batch = sampler.batchAt(step);
      assertEquals(0, batch.epoch());
      assertEquals(step, batch.indexInEpoch());
      Arrays.stream(batch.indices()).forEach(seen::add);
    }
    assertEquals(96, seen.size());
    assertEquals(1, sampler.batchAt(12).epoch());
  }

  @Test
  void aResumedRunSeesTheSameBatchesAsAnUninterruptedOne() {
    var whole = new EpochSampler(7, 50, HALF);
    for (int step = 0; step < 40; step++) {
      var fresh = new EpochSampler(7, 50, HALF); // as after a restart at this step
      assertArrayEquals(whole.batchAt(step).indices(), fresh.batchAt(step).indices());
    }
    // and in any order of calls
    assertArrayEquals(
        whole.batchAt(3).indices(), new EpochSampler(7, 50, HALF).batchAt(3).indices());
  }

  @Test
  void epochsAndSeedsReshuffle() {
    var sampler = new EpochSampler(1, 64, StepDivision.undivided(64));
    assertFalse(Arrays.equals(sampler.batchAt(0).indices(), sampler.batchAt(1).indices()));
    var other = new EpochSampler(2, 64, StepDivision.undivided(64));
    assertFalse(Arrays.equals(sampler.batchAt(0).indices(), other.batchAt(0).indices()));
  }

  @Test
  void processesAndMicroBatchesDivideAnEpochWithoutDuplicates() {
    var visits = new int[103];
    for (int rank = 0; rank < 4; rank++) {
      var sampler = new EpochSampler(3, 103, new StepDivision(2, rank, 4, 3));
      assertEquals(4 * 3, sampler.batchesPerEpoch()); // ⌊103/24⌋ steps of 3 micro-batches
      for (int number = 0; number < 12; number++) {
        Arrays.stream(sampler.batchAt(number).indices()).forEach(i -> visits[i]++);
      }
    }
    assertTrue(IntStream.of(visits).allMatch(n -> n <= 1));
    assertEquals(96, IntStream.of(visits).sum());
  }

  @Test
  void theDivisionOfAStepChangesNeitherItsSamplesNorTheirPositions() {
    var whole = new EpochSampler(5, 50, StepDivision.undivided(12));
    for (int step = 0; step < 9; step++) { // more than two epochs of 4 steps
      var expected = whole.batchAt(step).indices();
      assertArrayEquals(expected, positions(step, 1, 12, 1));
      assertArrayEquals(expected, positions(step, 3, 4, 1));
      assertArrayEquals(expected, positions(step, 2, 3, 2));
      assertArrayEquals(expected, positions(step, 4, 1, 3));
    }
  }

  /// The samples of a step by their positions in the global batch.
  private static int[] positions(int step, int processes, int samples, int microBatches) {
    var positions = new int[12];
    Arrays.fill(positions, -1);
    for (int rank = 0; rank < processes; rank++) {
      var sampler =
          new EpochSampler(5, 50, new StepDivision(samples, rank, processes, microBatches));
      for (int i = 0; i < microBatches; i++) {
        var batch = sampler.batchAt((long) step * microBatches + i);
        assertEquals(step, batch.step());
        System.arraycopy(batch.indices(), 0, positions, batch.firstPosition(), samples);
      }
    }
    return positions;
  }

  @Test
  void tooFewSamplesForAStepIsAnErrorNotAnEndlessEpoch() {
    var e =
        assertThrows(
            DataException.class, () -> new EpochSampler(1, 7, new StepDivision(4, 0, 2, 1)));
    assertTrue(e.getMessage().contains("train.samplesPerProcess"), e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new StepDivision(2, 2, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepDivision(0, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepDivision(1, 0, 1, 0));
  }
}
