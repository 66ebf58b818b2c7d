package toco.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.config.Overrides;
import toco.eval.MapKind;
import toco.run.LoggedStep;

class PublishedComparisonTest {
  private static final double ROUNDING = 1e-9; // of a difference of two decimal fractions

  private static final Plan PLAN =
      Plan.of(
          new ReproduceOptions(
              PublishedRecipe.VOC_DEIT_B,
              Path.of("configs"),
              null,
              null,
              null,
              Overrides.NONE,
              false,
              false,
              false));

  private static final List<String> REMARKS = List.of("val.txt: expected 1,449 names, got 3");

  @Test
  void theDifferenceIsOursMinusThePublished() {
    var ours = score("train-time", MapKind.CAM, 71);
    var comparison = PublishedComparison.of(PLAN, REMARKS, List.of(ours), List.of());
    var cam = comparison.scores().getFirst();
    assertEquals(70.49, cam.published());
    assertEquals(0.51, cam.difference(), ROUNDING);
    assertTrue(text(comparison).contains("| 71.00 | 70.49     | +0.51 "), text(comparison));
  }

  @Test
  void whatASideLacksIsADash() {
    var ours = score("voc", MapKind.SEG, 69);
    var comparison = PublishedComparison.of(PLAN, REMARKS, List.of(ours), List.of());
    assertTrue(text(comparison).contains("| 69.00 | –         | –   "), text(comparison));
    var test = comparison.scores().getLast();
    assertEquals("test.txt, 1,456", test.list());
    assertEquals(70.5, test.published());
    assertTrue(Double.isNaN(test.ours()));
    assertTrue(test.note().contains("toco submit voc-test"), test.note());
    assertEquals(10, comparison.losses().size());
    assertTrue(text(comparison).contains("10 have no line in our log"), text(comparison));
  }

  @Test
  void aDepartureIsReported() {
    var log = List.of(logged(200, 1.9, Map.of()), logged(20_000, 1.4, Map.of("ptc", 0.1118 / 1.6)));
    var comparison = PublishedComparison.of(PLAN, REMARKS, List.of(), log);
    var departures = comparison.departures();
    assertEquals(1, departures.size());
    var ptc = departures.getFirst();
    assertEquals("ptc", ptc.term());
    assertEquals(20_000, ptc.iteration());
    assertEquals(1 / 1.6, ptc.ratio(), ROUNDING);
    assertTrue(text(comparison).contains("1 of the 10 losses compared depart"), text(comparison));
  }

  @Test
  void lossesWithinTheirBandDoNotDepart() {
    var log = List.of(logged(200, 1 / 1.9, Map.of()), logged(20_000, 1 / 1.4, Map.of()));
    var text = text(PublishedComparison.of(PLAN, REMARKS, List.of(), log));
    assertTrue(text.contains("0 of the 10 losses compared depart"), text);
    assertFalse(text.contains("no line"), text);
    assertTrue(text.endsWith("## Remarks\n\n- " + REMARKS.getFirst() + "\n"), text);
  }

  @Test
  void everyRecipeComparesAllFiguresOfItsLastEvaluation() {
    for (var recipe : PublishedRecipe.values()) {
      var scores = recipe.published().scores();
      assertEquals(4, scores.size(), recipe.toString());
      assertTrue(scores.getLast().protocol().toString().endsWith("-crf"), recipe.toString());
      int last = recipe.toString().startsWith("voc") ? 20_000 : 80_000;
      assertEquals(last, recipe.published().losses().getLast().iteration());
    }
  }

  private static String text(PublishedComparison comparison) {
    return ComparisonPage.of(comparison);
  }

  private static CompletedRun.Score score(String protocol, MapKind kind, double percent) {
    return new CompletedRun.Score(protocol, "val.txt", 1449, kind, percent, "");
  }

  /// A line with the published losses times a factor, but for some.
  private static LoggedStep logged(int step, double factor, Map<String, Double> others) {
    var losses = new HashMap<String, Double>();
    PLAN.recipe().published().losses().stream()
        .filter(line -> line.iteration() == step)
        .forEach(line -> line.byTerm().forEach((term, value) -> losses.put(term, factor * value)));
    losses.putAll(others);
    return new LoggedStep(step, losses, Map.of(), Map.of(), 1, 0, 0, 0, 0, Double.NaN, 0, 0);
  }
}
