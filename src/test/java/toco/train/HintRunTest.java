package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.train.RunComparison.assertSame;
import static toco.train.RunComparison.atStart;
import static toco.train.RunComparison.largestDifference;
import static toco.train.RunComparison.resumeOnTwo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.batch.Batch;
import toco.batch.BatchRing;
import toco.batch.BatchSource;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.image.ImageBox;
import toco.recipe.DenseLosses;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.recipes.Recipes;
import toco.run.LoggedStep;
import toco.run.RunHistory;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Training with hints and boxes, of every recipe.
@TensorTest
class HintRunTest {
  @TempDir Path folder;

  @BeforeEach
  void writeHintsAndBoxes() throws IOException {
    WeakLabelFiles.write(config(RecipeName.TOCO, "none"));
  }

  private Config config(RecipeName recipe, String run, String... more) {
    var all = new ArrayList<>(List.of("train.logEvery=1", "train.maxIters=4"));
    all.addAll(List.of(more));
    var keys = all.toArray(String[]::new);
    return switch (recipe) {
      case TOCO -> TinyRun.config(folder.resolve(run), folder.resolve("data"), keys);
      case MORE -> MoreRun.config(folder.resolve(run), folder.resolve("data"), keys);
      case COSA -> CosaRun.config(folder.resolve(run), folder.resolve("data"), keys);
    };
  }

  private static List<LoggedStep> train(Config config) {
    TinyRun.train(config, new TinyRun.Watcher());
    return RunHistory.read(config.run().dir()).steps();
  }

  /// Steps on one batch of a run, each with its report.
  private static void steps(Config config, int count, Consumer<TrainStep.Result> result) {
    Rng.manualSeed(1);
    var recipe = Recipes.of(config);
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var source = BatchSource.of(config, dataset, Device.CPU).withViews(recipe.views());
    try (var _ = TensorScope.open();
        var objective = recipe.objective(Device.CPU);
        var optimizer = PublishedOptimizer.of(objective, config);
        var ring = new BatchRing(source, 0, 1)) {
      var step = new TrainStep(objective, optimizer, config);
      Batch batch = ring.next();
      for (int i = 0; i < count; i++) {
        var input = batch.atStep(3 + i); // every term has its weight
        try (var _ = TensorScope.open()) {
          result.accept(step.run(() -> input, true));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyRecipeTrainsTheTerm(RecipeName recipe) {
    var config =
        config(recipe, "run", "data.hints=hints.csv", "loss.hintWeight=1", "optim.lr=1e-2");
    var losses = new ArrayList<Double>();
    steps(
        config,
        3,
        result ->
            losses.add(result.microBatches().getFirst().losses().require(DenseLosses.HINT).item()));
    assertTrue(losses.get(1) < losses.get(0) && losses.get(2) < losses.get(1), losses.toString());
  }

  /// Where a pixel is hinted, the pseudo-label is the hint; elsewhere a class is in its boxes only.
  @ParameterizedTest
  @EnumSource
  void everyRecipesPseudoLabelsAreCorrected(RecipeName recipe) {
    var config = config(recipe, "run", "data.hints=hints.csv", "data.boxes=boxes");
    steps(
        config,
        1,
        result -> {
          var report = result.last();
          assertNotNull(report);
          var known = report.batch().pixels();
          var hints = known.hints();
          assertNotNull(hints);
          long[] hinted = hints.to(DType.INT64).toLongArray();
          int found = 0;
          for (var tile : report.tiles()) {
            if (tile instanceof StepTile.Labels(var name, var labels)
                && name.endsWith("pseudo-labels")) {
              assertCorrected(
                  name, labels.toLongArray(), (int) labels.size(1), hinted, known.limits());
              found++;
            }
          }
          assertEquals(recipe == RecipeName.COSA ? 2 : 1, found);
        });
  }

  private static void assertCorrected(
      String name,
      long[] labels,
      int side,
      long[] hints,
      List<Map<Integer, List<ImageBox>>> limits) {
    int hinted = 0;
    for (int i = 0; i < labels.length; i++) {
      int image = i / (side * side);
      int y = i / side % side;
      int x = i % side;
      if (hints[i] != 255) {
        hinted++;
        assertEquals(hints[i], labels[i], name);
      } else if (limits.get(image).containsKey((int) labels[i])) {
        assertTrue(
            limits.get(image).get((int) labels[i]).stream()
                .anyMatch(box ->
                    y >= box.top() && y < box.bottom() && x >= box.left() && x < box.right()),
            name);
      }
    }
    assertTrue(hinted > 0);
  }

  @ParameterizedTest
  @EnumSource
  void theTermIsLoggedWithItsWeight(RecipeName recipe) {
    var hinted = train(config(recipe, "hinted", "data.hints=hints.csv", "loss.hintStartIter=2"));
    assertEquals(
        List.of(0.0, 0.0, 0.1, 0.1),
        hinted.stream().map(step -> step.weights().get("hint")).toList());
    for (var step : hinted) {
      double sum =
          step.weights().entrySet().stream()
              .mapToDouble(it -> it.getValue() * step.losses().get(it.getKey()))
              .sum();
      assertEquals(sum, step.losses().get("total"), 1e-5);
      assertTrue(step.losses().get("hint") > 0);
    }
    var plain = train(config(recipe, "plain"));
    assertFalse(plain.getFirst().losses().containsKey("hint"));
    assertFalse(plain.getFirst().weights().containsKey("hint"));
    for (var term : plain.getFirst().losses().keySet()) {
      if (!term.equals("seg") && !term.equals("reg") && !term.equals("emptySegParts")) {
        // the terms on pseudo-labels are logged before they have a weight
        assertEquals(plain.get(1).losses().get(term), hinted.get(1).losses().get(term), term);
      }
    }
    assertNotEquals(plain.get(3).losses().get("cls"), hinted.get(3).losses().get("cls"));
  }

  @ParameterizedTest
  @EnumSource
  void aResumedRunEndsWithTheSameStateBitForBit(RecipeName recipe) {
    String[] keys = {"data.hints=hints.csv", "data.boxes=boxes"};
    train(config(recipe, "whole", keys));
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 2;
    assertEquals(2, TinyRun.train(config(recipe, "halved", keys), stopper).step());
    var run = folder.resolve("halved");
    try (var trainer = Trainer.resume(run, Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    var whole = Checkpoint.load(Checkpoint.file(folder.resolve("whole"), 4));
    var resumed = Checkpoint.load(Checkpoint.file(run, 4));
    assertSame(whole.model(), resumed.model());
    assertSame(whole.optimizer(), resumed.optimizer());
  }

  /// The images of a batch have unequal numbers of hints, so the mean over the hinted pixels of
  /// both processes is not the mean of their two means.
  @ParameterizedTest
  @EnumSource
  @EnabledIf(value = "toco.distributed.Ranks#canJoin", disabledReason = "built without libgloo-dev")
  void underGlobalScopeTwoProcessesOfOneSampleEqualOneProcessOfTwo(RecipeName recipe)
      throws Exception {
    var hints = folder.resolve("data/hints.csv");
    var lines = Files.readAllLines(hints);
    var names = lines.stream().skip(1).map(line -> line.split(",")[0]).distinct().toList();
    lines.removeIf(line -> names.indexOf(line.split(",")[0]) % 2 == 1 && line.endsWith(",0"));
    Files.write(hints, lines);
    String[] keys = {"data.hints=hints.csv", "data.boxes=boxes", "optim.lr=6e-5"};
    train(config(recipe, "one", keys));
    var one = folder.resolve("one");
    resumeOnTwo(atStart(one, folder.resolve("two")), "loss.scope=global");
    assertEquals(0, largestDifference(one, folder.resolve("two")), 1e-5);
    resumeOnTwo(atStart(one, folder.resolve("local")));
    assertTrue(largestDifference(one, folder.resolve("local")) > 1e-4, "local");
  }

  /// A batch of a run without hints and boxes has no tensor for them.
  @ParameterizedTest
  @EnumSource
  void withoutHintsNothingIsComputed(RecipeName recipe) {
    steps(
        config(recipe, "run"),
        1,
        result -> {
          var report = result.last();
          assertNotNull(report);
          assertNull(report.batch().pixels().hints());
          assertEquals(List.of(), report.batch().pixels().limits());
          assertNull(result.microBatches().getFirst().losses().get(DenseLosses.HINT));
        });
  }

  /// Faults end a run before it has a folder.
  @Test
  void wrongHintsAreRefusedAtTheStart() throws IOException {
    var name = Dataset.open(config(RecipeName.TOCO, "none").data(), Split.TRAIN).name(0);
    Files.writeString(folder.resolve("data/bad.csv"), name + ",96,0,1\n");
    var config = config(RecipeName.TOCO, "bad", "data.hints=bad.csv");
    var e = assertThrows(DataException.class, () -> train(config));
    assertTrue(String.valueOf(e.getMessage()).contains("bad.csv:1: the point x 96"), e.toString());
    assertFalse(Files.exists(folder.resolve("bad")));
  }
}
