package toco.recipe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.OptimConfig.Kind;

class PublishedScheduleTest {
  @Test
  void polyDropsAtTheEndOfWarmupBecauseItCountsFromZero() {
    var schedule = new PublishedSchedule(Kind.POLY_WARMUP_ADAMW, 1500, 20000, 1e-6, 0.9, 0);
    assertEquals(6e-5 * 1e-6, schedule.lrAt(0, 6e-5), 1e-18);
    assertEquals(6e-5 * Math.pow(1 - 1500 / 20000.0, 0.9), schedule.lrAt(1500, 6e-5), 1e-12);
    assertTrue(schedule.lrAt(1499, 6e-5) > schedule.lrAt(1500, 6e-5));
    assertEquals(
        schedule.lrAt(19999, 6e-5),
        schedule.lrAt(20000, 6e-5)); // past the last step the rate stays
  }

  /// The floor is a multiplier of the base rate, and none of the warm-up.
  @ParameterizedTest
  @EnumSource
  void theFloorHoldsAfterTheWarmup(Kind kind) {
    var floored = new PublishedSchedule(kind, 10, 100, 1e-6, 0.9, 0.5);
    var plain = new PublishedSchedule(kind, 10, 100, 1e-6, 0.9, 0);
    assertEquals(plain.lrAt(1, 2), floored.lrAt(1, 2));
    assertEquals(plain.lrAt(9, 2), floored.lrAt(9, 2));
    assertEquals(plain.lrAt(20, 2), floored.lrAt(20, 2));
    assertEquals(1, floored.lrAt(90, 2));
    assertEquals(1, floored.lrAt(1000, 2));
    assertTrue(plain.lrAt(90, 2) < 1);
  }
}
