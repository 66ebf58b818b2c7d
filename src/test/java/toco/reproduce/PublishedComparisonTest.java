package toco.reproduce;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import toco.config.Overrides;
import toco.eval.MapKind;
import toco.loss.LossSchedule;
import toco.recipes.Recipes;
import toco.run.LoggedStep;

class PublishedComparisonTest {
  private static final double ROUNDING = 1e-9; // of a difference of two decimal fractions

  private static final int LINE = 200; // steps of a line of CoSA's published log

  private static final Plan PLAN = plan(PublishedRecipe.VOC_DEIT_B);

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
    assertTrue(test.note().contains("--protocol voc-crf"), test.note());
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
      var published = recipe.published();
      var made = new HashSet<>(Set.of("train-time"));
      for (var protocol : published.lastProtocols()) {
        made.add(protocol.toString());
        made.add(protocol.toString().replace("-crf", ""));
      }
      var compared = new HashSet<String>();
      for (var score : published.scores()) {
        assertTrue(made.contains(score.protocol().toString()), score + " is never evaluated");
        assertTrue(compared.add(score.protocol() + " " + score.kind()), score + " is there twice");
        assertTrue(score.percent() > 30 && score.percent() < 80, score.toString());
      }
    }
    assertEquals(4, PublishedRecipe.VOC_VIT_B.published().scores().size());
    assertEquals(7, PublishedRecipe.VOC_MORE.published().scores().size());
    assertEquals(5, PublishedRecipe.VOC_COSA.published().scores().size());
  }

  /// The published lines are lines of our log too, from the first one to the last.
  @Test
  void everyLineOfThePublishedLogIsOneOfOurs() {
    for (var recipe : PublishedRecipe.values()) {
      var train = plan(recipe).training().train();
      var lines = recipe.published().losses();
      assertEquals(train.maxIters(), lines.getLast().iteration(), recipe.toString());
      assertEquals(train.logEvery(), lines.getFirst().iteration(), recipe.toString());
      var keys = new HashSet<>(Set.of(LossSchedule.TOTAL));
      for (var entry : Recipes.of(plan(recipe).training()).losses().entries()) {
        keys.add(entry.term().key());
      }
      for (var line : lines) {
        assertEquals(0, line.iteration() % train.logEvery(), line.toString());
        assertTrue(keys.containsAll(line.terms().keySet()), line + " but " + keys);
      }
    }
  }

  /// The total of a published line is the weighted sum of its terms, at every line of both logs.
  @Test
  void cosasPublishedTotalIsTheSumOfItsTerms() {
    for (var recipe : List.of(PublishedRecipe.VOC_COSA, PublishedRecipe.COCO_COSA)) {
      var losses = Recipes.of(plan(recipe).training()).losses();
      for (var line : recipe.published().losses()) {
        var weights = losses.at(line.iteration() - 1);
        double sum = 0;
        for (var weight : weights.byTerm().entrySet()) {
          sum += weight.getValue() * requireNonNull(line.terms().get(weight.getKey().key()));
        }
        boolean isSwitched = !weights.equals(losses.at(line.iteration() - LINE)); // within the line
        double tolerance = isSwitched ? 3e-3 : 2e-4; // rounding of six terms
        double total = requireNonNull(line.terms().get(LossSchedule.TOTAL));
        assertEquals(total, sum, tolerance, line.toString());
      }
    }
  }

  @Test
  void termsOfAnOlderMethodAreComparedByOrderOfMagnitude() {
    var plan = plan(PublishedRecipe.VOC_MORE);
    var log = List.of(logged(plan, 2000, 1 / 1.9, Map.of("cre", 10.3550 * 9, "ptc", 0.2664 * 2.1)));
    var departures = PublishedComparison.of(plan, REMARKS, List.of(), log).departures();
    assertEquals(List.of("ptc"), departures.stream().map(PublishedComparison.Loss::term).toList());
  }

  /// What was published of other checkpoints stands next to it, and is named so.
  @Test
  void labelsKnownScoresAreNamedSo() {
    var plan = plan(PublishedRecipe.VOC_COSA);
    assertTrue(plan.scoring().eval().labelsKnown());
    var ours =
        List.of(
            score("cosa", MapKind.SEG, 73),
            score("cosa", MapKind.SEG_LABELS_KNOWN, 75),
            score("cosa-crf", MapKind.CRF, 74));
    var comparison = PublishedComparison.of(plan, REMARKS, ours, List.of());
    var published =
        comparison.scores().stream()
            .map(it -> "%s, %s: %s".formatted(it.protocol(), it.map(), it.published()))
            .toList();
    assertEquals(
        List.of(
            "cosa, seg: 73.528",
            "cosa, seg, labels-known: 75.042",
            "cosa-crf, seg + CRF: NaN",
            "cosa, seg, labels-known: 76.185",
            "cosa-crf, seg + CRF, labels-known: 76.357",
            "cosa-crf, seg + CRF: 75.1"),
        published);
    var text = text(comparison);
    assertTrue(text.contains("published at iteration 24,000, which scored best on val"), text);
    assertTrue(text.contains("how it came about is unpublished"), text);
    assertTrue(text.contains("- " + MapKind.LABELS_KNOWN_REMARK), text);
  }

  private static Plan plan(PublishedRecipe recipe) {
    return Plan.of(
        new ReproduceOptions(
            recipe, Path.of("configs"), null, null, null, Overrides.NONE, false, false, false));
  }

  private static String text(PublishedComparison comparison) {
    return ComparisonPage.of(comparison);
  }

  private static CompletedRun.Score score(String protocol, MapKind kind, double percent) {
    return new CompletedRun.Score(protocol, "val.txt", 1449, kind, percent, "");
  }

  /// A line with the published losses times a factor, but for some.
  private static LoggedStep logged(int step, double factor, Map<String, Double> others) {
    return logged(PLAN, step, factor, others);
  }

  private static LoggedStep logged(Plan plan, int step, double factor, Map<String, Double> others) {
    var losses = new HashMap<String, Double>();
    plan.recipe().published().losses().stream()
        .filter(line -> line.iteration() == step)
        .forEach(line -> line.terms().forEach((term, value) -> losses.put(term, factor * value)));
    losses.putAll(others);
    return new LoggedStep(step, losses, Map.of(), Map.of(), 1, 0, 0, 0, 0, Double.NaN, 0, 0);
  }
}
