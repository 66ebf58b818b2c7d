package toco.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.eval.Scores;
import toco.files.Json;
import toco.run.RunException;
import toco.torch.TensorTest;
import toco.train.StepReport;
import toco.train.TrainingListener;

@TensorTest(scope = false)
class DemoTest {
  private static final Set<String> METRICS =
      Set.of(
          "segMiou",
          "camMiou",
          "camAuxMiou",
          "classF1",
          "wallSeconds",
          "peakRssBytes",
          "patchCosine",
          "seed",
          "steps");

  /// A network and a data set so small that a run takes seconds; it learns nothing.
  static final List<String> TINY =
      List.of(
          "model.embedDim=24",
          "model.depth=2",
          "model.auxLayer=-2",
          "train.maxIters=2",
          "train.warmupIters=1",
          "train.samplesPerProcess=2",
          "train.localCrops=2",
          "train.overlayEvery=0",
          "eval.camScales=[1]",
          "data.synthetic.trainImages=4",
          "data.synthetic.valImages=2",
          "data.synthetic.testImages=3");

  @TempDir Path folder;

  @Test
  void writesResultsTableAndPicturesAndLeaksNoTensor() throws IOException {
    var runDir = folder.resolve("demo");
    var result = Demo.run(options(runDir, 3L), new Silent(), TrainingRun.UNINTERRUPTED);
    assertEquals(runDir, result.orElseThrow().runDir());
    var metrics = Json.MAPPER.readTree(Files.readAllBytes(runDir.resolve("metrics.json")));
    assertEquals(new TreeSet<>(METRICS), new TreeSet<>(metrics.propertyNames()));
    assertEquals(3, metrics.get("seed").intValue());
    assertEquals(2, metrics.get("steps").intValue());
    assertTrue(metrics.get("wallSeconds").doubleValue() > 0);
    assertTrue(metrics.get("peakRssBytes").longValue() > 100_000_000);
    assertTrue(Files.readString(runDir.resolve("table.txt")).contains("triangle"));
    assertTrue(Files.size(runDir.resolve("overlays", "test.png")) > 1000);
    assertTrue(Files.isDirectory(folder.resolve("data/lists")));
  }

  @Test
  void aRunIsNeverOverwritten() throws IOException {
    var runDir = folder.resolve("demo");
    var checkpoints = Files.createDirectories(runDir.resolve("checkpoints"));
    Files.createFile(checkpoints.resolve("step-000001.safetensors"));
    assertThrows(
        RunException.class,
        () -> Demo.run(options(runDir, null), new Silent(), TrainingRun.UNINTERRUPTED));
    assertEquals(folder.resolve("demo-2"), DemoOptions.firstFree(runDir));
    Files.createDirectories(folder.resolve("demo-2/checkpoints"));
    assertEquals(folder.resolve("demo-3"), DemoOptions.firstFree(runDir));
    assertEquals(folder.resolve("other"), DemoOptions.firstFree(folder.resolve("other")));
  }

  /// And `toco train` and `toco eval` on the same file use it too.
  @Test
  void runsShareTheDataSetOfTheirConfiguration() {
    var ofFile = Config.load(configs().resolve("demo.yaml"), List.of()).data().root();
    assertEquals(ofFile, dataRoot(folder.resolve("a")));
    assertEquals(ofFile, dataRoot(folder.resolve("b"), "train.logEvery=9"));
    var mine = folder.resolve("mine");
    assertEquals(mine, dataRoot(folder.resolve("c"), "data.root=" + mine));
  }

  @Test
  void anotherDataSetHasAnotherFolder() {
    var roots =
        List.of(
            dataRoot(folder),
            dataRoot(folder, "data.synthetic.variant=lively"),
            dataRoot(folder, "data.synthetic.trainImages=4"),
            dataRoot(folder, "data.synthetic.seed=4"));
    assertEquals(roots.size(), Set.copyOf(roots).size(), roots.toString());
    assertEquals(Path.of("runs/synthetic-plain-1000-100-200-seed4"), roots.getLast());
  }

  /// The same files for every recipe, from a folder of its own.
  @ParameterizedTest
  @EnumSource
  void everyRecipeHasADemo(RecipeName recipe) throws IOException {
    var usual = new DemoOptions(configs(), null, null, Overrides.of("recipe", recipe));
    var config = usual.load("demo");
    assertEquals(recipe, config.recipe());
    assertEquals(
        usual.load("demo").data(),
        new DemoOptions(configs(), null, null, Overrides.NONE).load("demo").data());
    var runDir = folder.resolve("demo");
    var tiny = new ArrayList<>(TINY);
    tiny.add("data.root=" + folder.resolve("data"));
    var options = new DemoOptions(configs(), runDir, 3L, Overrides.parse(tiny)).of(recipe);
    var result = Demo.run(options, new Silent(), TrainingRun.UNINTERRUPTED).orElseThrow();
    assertEquals(recipe, Config.load(runDir.resolve("config.yaml"), List.of()).recipe());
    assertEquals(2, result.metrics().steps());
    assertTrue(result.table().contains("aux CAM"));
    assertTrue(Files.size(runDir.resolve("overlays", "test.png")) > 1000);
  }

  @Test
  void aStoppedTrainingGivesNoResults() {
    var runDir = folder.resolve("stopped");
    var result =
        Demo.run(
            options(runDir, null),
            new Silent(),
            trainer -> {
              trainer.requestStop();
              return trainer.run();
            });
    assertTrue(result.isEmpty());
    assertFalse(Files.exists(runDir.resolve("metrics.json")));
  }

  @Test
  void aFolderOrDataSetThatIsSetIsTakenAsItIs() throws IOException {
    var taken = folder.resolve("taken");
    Files.createDirectories(taken.resolve("something"));
    var set = List.of("run.dir = " + taken, "data.root =data", "data.synthetic.seed=7");
    var config = new DemoOptions(configs(), null, null, Overrides.parse(set)).config("demo");
    assertEquals(taken, config.run().dir());
    assertEquals(Path.of("data"), config.data().root());
  }

  private static Path dataRoot(Path runDir, String... overrides) {
    return new DemoOptions(configs(), runDir, null, Overrides.parse(List.of(overrides)))
        .config("demo")
        .data()
        .root();
  }

  private DemoOptions options(Path runDir, Long seed) {
    var overrides = new ArrayList<>(TINY);
    overrides.add("data.root=" + folder.resolve("data"));
    return new DemoOptions(configs(), runDir, seed, Overrides.parse(overrides));
  }

  static Path configs() {
    return Path.of(System.getProperty("toco.home"), "configs");
  }

  /// Ignores everything.
  private static final class Silent implements TrainingListener {
    @Override
    public void onMessage(String line) {}

    @Override
    public void onStep(StepReport report) {}

    @Override
    public void onEvaluationProgress(int done, int total) {}

    @Override
    public void onEvaluation(long step, Scores scores) {}
  }
}
