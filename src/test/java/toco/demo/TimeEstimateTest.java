package toco.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.Overrides;
import toco.loss.LossSchedule;
import toco.recipes.Recipes;
import toco.train.StepReport;
import toco.train.TrainingListener;

/// Steps take 1 s, and 3 s once the dense losses have begun.
class TimeEstimateTest {
  private final List<String> messages = new ArrayList<>();

  @Test
  void eachPartOfARunIsEstimatedByItsOwnSteps() {
    train(0, 500, 1200);
    assertEquals(
        List.of(
            "6: about 8 min to step 500 on this machine; steps take longer from there on",
            "506: about 35 min for the remaining 694 steps on this machine"),
        messages);
  }

  @Test
  void aResumedRunIsEstimatedFromWhereItStands() {
    train(600, 500, 1200);
    assertEquals(
        List.of("606: about 30 min for the remaining 594 steps on this machine"), messages);
  }

  @Test
  void whatBeginsAfterTheEndChangesNothing() {
    train(0, 500, 500);
    assertEquals(List.of("6: about 8 min for the remaining 494 steps on this machine"), messages);
  }

  @Test
  void aShortRunSaysNothing() {
    train(0, 40, 59);
    assertEquals(List.of(), messages);
  }

  /// @param done steps done before
  private void train(long done, int denseStart, int maxIters) {
    var clock = new long[1];
    var step = new long[1];
    var listener =
        new TrainingListener() {
          @Override
          public void onMessage(String line) {
            messages.add(step[0] + ": " + line);
          }

          @Override
          public void onStep(StepReport report) {}
        };
    var estimate = new TimeEstimate(listener, losses(denseStart), () -> clock[0]);
    for (step[0] = done + 1; step[0] <= maxIters; step[0]++) {
      clock[0] += step[0] <= denseStart ? 1_000_000_000L : 3_000_000_000L;
      estimate.onStep(new StepReport(step[0], maxIters, Map.of(), 0, 0, 0, false));
    }
  }

  private static LossSchedule losses(int denseStart) {
    var settings = Overrides.of("recipe", "cosa").plus("cosa.denseStartIter", denseStart);
    return Recipes.of(Config.parse("", "test", settings)).losses();
  }
}
