package toco.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.files.Json;
import toco.torch.TensorTest;
import toco.train.StepReport;
import tools.jackson.databind.JsonNode;

@TensorTest(scope = false)
class ComparisonTest {
  @TempDir Path folder;

  private final List<String> messages = new ArrayList<>();
  private final List<String> trained = new ArrayList<>();
  private final List<StepReport> reports = new ArrayList<>();

  @Test
  void theComparedRunsDifferOnlyInTheContrastsAndTheSeeds() throws IOException {
    var dir = folder.resolve("compare");
    var result = contrasts(dir, 2, TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(
        List.of("with, seed 0", "without, seed 0", "with, seed 1", "without, seed 1"), trained);
    assertEquals(
        List.of("ctcWeight: 0.5", "dir: ", "ptcWeight: 0.2"),
        changed(dir, "with-contrast-seed0", "without-contrast-seed0"));
    assertEquals(
        List.of("dir: ", "seed: 0"), changed(dir, "with-contrast-seed0", "with-contrast-seed1"));
    assertTrue(Files.size(dir.resolve("compare.png")) > 1000);
    assertTrue(result.table().contains("patch cosine"), result.table());
    assertTrue(Files.readString(dir.resolve("compare.txt")).startsWith(result.table()));
  }

  /// Means, deviations and differences are those of the runs' own scores.
  @Test
  void theResultsAreTheRunsScores() throws IOException {
    var dir = folder.resolve("compare");
    contrasts(dir, 2, TrainingRun.UNINTERRUPTED).orElseThrow();
    var json = read(dir.resolve("compare.json"));
    var cosines = new double[2][2];
    var arms = List.of("with-contrast", "without-contrast");
    for (int arm = 0; arm < 2; arm++) {
      var ofArm = json.get(arm == 0 ? "withContrast" : "withoutContrast");
      for (int seed = 0; seed < 2; seed++) {
        var run = dir.resolve(arms.get(arm) + "-seed" + seed);
        var metrics = read(run.resolve("metrics.json"));
        assertEquals(seed, metrics.get("seed").intValue());
        assertEquals(metrics.get("patchCosine"), ofArm.get("runs").get(seed).get("patchCosine"));
        assertTrue(ofArm.get("runs").get(seed).get("trainSeconds").doubleValue() > 0);
        cosines[arm][seed] = metrics.get("patchCosine").doubleValue();
      }
      double mean = Arrays.stream(cosines[arm]).average().orElseThrow();
      double sd = Math.abs(cosines[arm][0] - cosines[arm][1]) / Math.sqrt(2);
      assertEquals(mean, ofArm.get("patchCosine").get("mean").doubleValue(), 1e-12);
      assertEquals(sd, ofArm.get("patchCosine").get("sd").doubleValue(), 1e-12);
    }
    double difference = (cosines[0][0] - cosines[1][0] + cosines[0][1] - cosines[1][1]) / 2;
    var differences = json.get("differences").get("withoutContrast");
    assertEquals(difference, differences.get("patchCosine").get("mean").doubleValue(), 1e-12);
    assertEquals(2, json.get("conclusions").size(), "CAM and segmentation");
  }

  @Test
  void aStoppedComparisonResumesAndFinishedRunsAreNotRepeated() throws IOException {
    var dir = folder.resolve("compare");
    var stopped =
        contrasts(
            dir,
            2,
            trainer -> {
              if (trained.size() == 4) {
                trainer.requestStop(); // before its first step
              }
              return trainer.run();
            });
    assertTrue(stopped.isEmpty());
    var first = read(dir.resolve("compare.json"));
    assertEquals(1, first.get("withContrast").get("runs").size(), "of the first seed, complete");
    var finished = Files.getLastModifiedTime(dir.resolve("with-contrast-seed1/metrics.json"));

    trained.clear();
    messages.clear();
    contrasts(dir, 2, TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(List.of("without, seed 1"), trained);
    assertTrue(messages.contains("4 runs in %s, 3 finished".formatted(dir)), messages.toString());
    assertEquals(
        finished, Files.getLastModifiedTime(dir.resolve("with-contrast-seed1/metrics.json")));

    trained.clear();
    contrasts(dir, 3, TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(List.of("with, seed 2", "without, seed 2"), trained);
    trained.clear();
    contrasts(dir, 3, TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(List.of(), trained);
  }

  @Test
  void theTimeToTheEndIsThatOfAllRuns() {
    contrasts(folder.resolve("compare"), 1, TrainingRun.UNINTERRUPTED).orElseThrow();
    var ends = reports.stream().filter(it -> it.step() == it.maxIters()).toList();
    assertEquals(2, ends.size());
    assertTrue(ends.getFirst().etaSeconds() > 0, "the second run is to come");
    assertEquals(0, ends.getLast().etaSeconds(), 1e-9);
  }

  @Test
  void nothingElseIsOverwritten() throws IOException {
    var dir = folder.resolve("compare");
    contrasts(dir, 1, TrainingRun.UNINTERRUPTED).orElseThrow();
    var kept = Files.readString(dir.resolve("compare.json"));
    var other =
        assertThrows(
            IllegalArgumentException.class,
            () -> contrasts(dir, 1, TrainingRun.UNINTERRUPTED, "train.maxIters=3"));
    assertEquals(
        dir
            + " holds a comparison with train.maxIters 2, not 3, and nothing is overwritten; name"
            + " another folder with --dir",
        other.getMessage());
    var mine = Files.createDirectories(folder.resolve("mine"));
    Files.writeString(mine.resolve("notes.txt"), "mine");
    var foreign =
        assertThrows(
            IllegalArgumentException.class, () -> contrasts(mine, 1, TrainingRun.UNINTERRUPTED));
    assertTrue(foreign.getMessage().contains("holds other files"), foreign.getMessage());
    assertEquals(kept, Files.readString(dir.resolve("compare.json")));
  }

  /// A folder that the user does not name: the first that is free or holds these runs.
  @Test
  void theUsualFolderIsNumberedForOtherSettings() throws IOException {
    var usual = folder.resolve("compare");
    contrasts(usual, 1, TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(usual, unnamed(usual));
    assertEquals(folder.resolve("compare-2"), unnamed(usual, "train.maxIters=3"));
    Files.createDirectories(folder.resolve("compare-2/mine"));
    assertEquals(folder.resolve("compare-3"), unnamed(usual, "train.maxIters=3"));
  }

  /// And a key of one recipe changes that recipe's runs.
  @Test
  void recipesAreTrainedOnTheSameData() throws IOException {
    var dir = folder.resolve("recipes");
    var result =
        RecipeComparison.run(
                options(dir, "more.ureWeight=0.2"), 1, listener(), TrainingRun.UNINTERRUPTED)
            .orElseThrow();
    var json = read(dir.resolve("compare.json"));
    for (var recipe : RecipeName.values()) {
      var config = Config.load(dir.resolve(recipe + "-seed0/config.yaml"), List.of());
      assertEquals(recipe, config.recipe());
      assertEquals(folder.resolve("data"), config.data().root());
      assertEquals(0.2, recipe == RecipeName.MORE ? config.more().ureWeight() : 0.2);
      assertEquals(2, json.get(recipe.toString()).get("runs").get(0).get("steps").intValue());
    }
    assertTrue(result.table().contains("seconds of training"), result.table());
    assertTrue(result.conclusions().getLast().startsWith("these are small networks"));
    assertTrue(Files.size(dir.resolve("compare.png")) > 1000);
  }

  /// What the conclusions allow to say is about shapes that are equal for all.
  @Test
  void theRecipesShareDataStepsAndEvaluation() {
    var toco = new DemoOptions(DemoTest.configs(), null, null, Overrides.NONE);
    for (var recipe : RecipeName.values()) {
      var config = toco.of(recipe).load(Comparison.CONFIG);
      var first = toco.load(Comparison.CONFIG);
      assertEquals(first.data(), config.data());
      assertEquals(first.train().maxIters(), config.train().maxIters());
      assertEquals(first.train().samplesPerProcess(), config.train().samplesPerProcess());
      assertEquals(first.model().encoderShape(), config.model().encoderShape());
      assertEquals(first.optim().lr(), config.optim().lr());
      assertEquals(first.eval().camScales(), config.eval().camScales());
      assertEquals(first.eval().sizePx(), config.eval().sizePx());
    }
  }

  private Path unnamed(Path usual, String... changes) {
    var named = options(null, changes);
    var config = named.with(Comparison.SHORT).load(Comparison.CONFIG);
    var without = config.with("loss.ptcWeight=0", "loss.ctcWeight=0");
    var arms =
        List.of(
            new Arm("withContrast", "with", "with-contrast", config),
            new Arm("withoutContrast", "without", "without-contrast", without));
    return new ComparisonPlan(arms, List.of(0L), List.of(), List.of()).folder(named, usual);
  }

  private Optional<ComparisonResult> contrasts(
      Path dir, int seeds, TrainingRun training, String... changes) {
    return ContrastComparison.run(options(dir, changes), seeds, listener(), training);
  }

  private DemoOptions options(Path dir, String... changes) {
    var overrides = new ArrayList<>(DemoTest.TINY);
    overrides.add("data.root=" + folder.resolve("data"));
    overrides.addAll(List.of(changes));
    return new DemoOptions(DemoTest.configs(), dir, null, Overrides.parse(overrides));
  }

  private static List<String> changed(Path dir, String run, String other) throws IOException {
    var lines = new ArrayList<>(Files.readAllLines(dir.resolve(run, "config.yaml")));
    lines.removeAll(Files.readAllLines(dir.resolve(other, "config.yaml")));
    return lines.stream().map(it -> it.strip().replaceAll("(dir: ).*", "$1")).sorted().toList();
  }

  private static JsonNode read(Path file) throws IOException {
    return Json.MAPPER.readTree(Files.readAllBytes(file));
  }

  private ComparisonListener listener() {
    return new ComparisonListener() {
      @Override
      public void onRun(int run, int runs, String name) {
        trained.add(name);
      }

      @Override
      public void onMessage(String line) {
        messages.add(line);
      }

      @Override
      public void onStep(StepReport report) {
        reports.add(report);
      }
    };
  }
}
