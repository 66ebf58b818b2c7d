package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.batch.Batch;
import toco.config.Config;
import toco.image.ImageBox;
import toco.model.Toco;
import toco.recipe.PublishedOptimizer;
import toco.recipe.StepTile;
import toco.recipe.TrainStep;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.TinyRun;

@TensorTest
class TrainStepTest {
  private static final int SAMPLES = 2;
  private static final int SIZE = 96;
  private static final int FIRST_ITER = 10; // dense losses start at 10

  private static Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "train.warmupIters=0",
                "train.localCrops=2",
                "loss.segStartIter=" + FIRST_ITER,
                "loss.regStartIter=" + FIRST_ITER));
    overrides.addAll(TinyRun.NETWORK);
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  private static Batch batch(int classes) {
    return batch(classes, 5);
  }

  private static Batch batch(int classes, long seed) {
    Rng.manualSeed(seed);
    var labels = new float[classes];
    labels[1] = 1;
    labels[4] = 1;
    var both = new float[SAMPLES * classes];
    for (int i = 0; i < both.length; i++) {
      both[i] = labels[i % classes];
    }
    return new Batch(
        Tensor.randn(SAMPLES, 3, SIZE, SIZE),
        Tensor.randn(SAMPLES, 3, SIZE, SIZE),
        Tensor.randn(SAMPLES, 3, SIZE, SIZE),
        Tensor.of(both, SAMPLES, classes),
        List.of(labels, labels),
        IntStream.range(0, SAMPLES).mapToObj(_ -> ImageBox.full(SIZE, SIZE)).toList(),
        List.of(0, 1),
        FIRST_ITER,
        0);
  }

  /// What some steps leave.
  ///
  /// @param totals loss of each step
  /// @param dense whether the last step computed the segmentation loss
  /// @param regions whether the last step computed a loss that needs CAMs
  /// @param reads how often the steps read something back
  private record Outcome(
      Map<String, float[]> weights,
      List<Double> totals,
      boolean dense,
      boolean regions,
      long reads) {
    double total() {
      return totals.getLast();
    }
  }

  private static Outcome run(Config config, long iter, int steps, boolean report) {
    Rng.manualSeed(1);
    try (var _ = TensorScope.open();
        var objective = new TocoRecipe(config).objective(Device.CPU);
        var optimizer = PublishedOptimizer.of(objective, config)) {
      var step = new TrainStep(objective, optimizer, config);
      var batch = batch(config.model().foregroundClasses());
      var totals = new ArrayList<Double>();
      boolean dense = false;
      boolean regions = false;
      long reads = 0;
      for (int i = 0; i < steps; i++) {
        try (var _ = TensorScope.open()) {
          var input = batch.atStep(iter + i);
          long before = LibTorch.readBacks();
          var result = step.run(() -> input, report);
          reads += LibTorch.readBacks() - before;
          totals.add(result.total());
          dense = result.microBatches().getFirst().losses().get(TocoLosses.SEG) != null;
          regions = result.microBatches().getFirst().losses().get(TocoLosses.PTC) != null;
        }
      }
      var weights = new LinkedHashMap<String, float[]>();
      var params = objective.network().params();
      params.all().forEach((name, w) -> weights.put(name, w.detach().toFloatArray()));
      return new Outcome(weights, totals, dense, regions, reads);
    }
  }

  @Test
  void aStepReadsNothingBack() {
    assertEquals(0, run(config(), FIRST_ITER, 2, false).reads);
    assertEquals(0, run(config(), 0, 2, false).reads);
    assertEquals(0, run(classificationFirst(), 0, 2, false).reads);
  }

  /// Equal but for the order in which the two passes' gradients are added. By SGD, for AdamW makes
  /// steps of the learning rate's size out of a gradient that is nothing but rounding.
  @ParameterizedTest
  @ValueSource(strings = {"0", "0.5"})
  void checkpointedActivationsChangeNoWeight(String dropPath) {
    var sgd = "optim.kind=PolyWarmupSGD";
    var drop = "model.dropPath=" + dropPath;
    var kept = run(config(sgd, drop), FIRST_ITER, 3, false);
    var again = run(config(sgd, drop, "train.checkpointActivations=true"), FIRST_ITER, 3, false);
    assertTrue(
        kept.weights.get("encoder.blocks.0.mlp.fc1.weight")[0]
            != run(config(sgd), FIRST_ITER, 0, false)
                .weights
                .get("encoder.blocks.0.mlp.fc1.weight")[0]);
    kept.weights.forEach(
        (name, weight) -> assertArrayEquals(weight, again.weights.get(name), 1e-6f, name));
  }

  /// A term of weight 0 may be computed for the log or left out: the weights end the same, and the
  /// decoder still decays.
  @Test
  void leavingOutTermsOfWeightZeroChangesNoWeight() {
    var reported = run(config(), 0, 3, true);
    var lean = run(config(), 0, 3, false);
    assertTrue(reported.dense);
    assertTrue(!lean.dense);
    reported.weights.forEach(
        (name, weight) -> assertArrayEquals(weight, lean.weights.get(name), name));
    var untouched = run(config(), 0, 0, false).weights.get("decoder.conv8.weight");
    var decayed = lean.weights.get("decoder.conv8.weight");
    assertTrue(Math.abs(decayed[0]) < Math.abs(untouched[0]));
  }

  /// As COCO's recipe begins: the two classification losses alone.
  private static Config classificationFirst() {
    return config("loss.ptcStartIter=" + FIRST_ITER, "loss.ctcStartIter=" + FIRST_ITER);
  }

  /// CAM passes, crops and the second view's pass may be made for the log, or left out where no
  /// term has a weight: losses and weights are the same, bit for bit, and the same still when the
  /// terms set in.
  @Test
  void leavingOutPassesThatNoTermNeedsChangesNothing() {
    var reported = run(classificationFirst(), FIRST_ITER - 3, 3, true);
    var lean = run(classificationFirst(), FIRST_ITER - 3, 3, false);
    assertTrue(reported.regions);
    assertTrue(!lean.regions);
    assertEquals(reported.totals, lean.totals);
    reported.weights.forEach(
        (name, weight) -> assertArrayEquals(weight, lean.weights.get(name), name));

    var reportedOn = run(classificationFirst(), FIRST_ITER - 2, 4, true);
    var leanOn = run(classificationFirst(), FIRST_ITER - 2, 4, false);
    assertTrue(leanOn.regions);
    assertEquals(reportedOn.totals, leanOn.totals);
    reportedOn.weights.forEach(
        (name, weight) -> assertArrayEquals(weight, leanOn.weights.get(name), name));
  }

  /// Drop path changes what is trained, and neither the CAMs nor the crops that are cut by them.
  @Test
  void camsAreThoseOfTheWholeNetwork() {
    var whole = cams(config());
    var dropping = cams(config("model.dropPath=0.8"));
    assertArrayEquals(whole.getFirst(), dropping.getFirst());
    assertArrayEquals(whole.getLast(), dropping.getLast());
    assertTrue(
        run(config(), FIRST_ITER, 1, false).total()
            != run(config("model.dropPath=0.8"), FIRST_ITER, 1, false).total());
    var iter = run(config("model.dropPath=0.8"), FIRST_ITER + 1, 1, false).total();
    assertTrue(iter != run(config("model.dropPath=0.8"), FIRST_ITER, 1, false).total());
  }

  /// CAMs and crops of a first step.
  private static List<float[]> cams(Config config) {
    Rng.manualSeed(1);
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU)) {
      var batch = batch(config.model().foregroundClasses());
      var output = TocoObjective.of(model, config).forward(batch, true);
      var report = new TrainStep.Report(batch, output.tiles());
      return List.of(
          report.tile(StepTile.ClassMaps.class).maps().get("CAM").toFloatArray(),
          report.tile(StepTile.Crops.class).crops().crops().toFloatArray());
    }
  }

  /// bfloat16 keeps 8 bits of a number, so a loss of size 1 may be off by some hundredths.
  @Test
  void bfloat16TrainsToNearlyTheSameLoss() {
    double exact = run(config(), FIRST_ITER, 4, false).total();
    double rough = run(config("train.precision=bfloat16"), FIRST_ITER, 4, false).total();
    assertEquals(exact, rough, 0.05 * exact);
    assertTrue(exact != rough);
  }

  @Test
  void bfloat16AndCheckpointedActivationsGoTogether() {
    var shortly = run(config("train.precision=bfloat16"), FIRST_ITER, 2, false);
    var both =
        run(
            config("train.precision=bfloat16", "train.checkpointActivations=true"),
            FIRST_ITER,
            2,
            false);
    assertEquals(shortly.total(), both.total(), 1e-3);
  }

  /// By SGD without decay a step is the rate times the gradient, so the average of two batches'
  /// steps is the step of their accumulated gradient.
  @Test
  void accumulatedBatchesMakeTheAverageOfTheirSteps() {
    var sgd =
        new String[] {
          "optim.kind=PolyWarmupSGD", "optim.weightDecay=0", "optim.lr=1e-3", "train.maxIters=50"
        };
    var before = accumulated(config(sgd), List.of(), 0);
    var first = accumulated(config(sgd), List.of(5L), 1);
    var second = accumulated(config(sgd), List.of(6L), 1);
    var rounds = new ArrayList<>(List.of(sgd));
    rounds.add("train.gradientAccumulation=2");
    var accumulating = config(rounds.toArray(String[]::new));
    var both = accumulated(accumulating, List.of(5L, 6L), 1);
    before.forEach((name, w) -> {
      for (int i = 0; i < w.length; i++) {
        double average = (first.get(name)[i] + second.get(name)[i]) / 2.0;
        assertEquals(average, both.get(name)[i], 1e-6, name); // weights near 1 in float32
      }
    });
    double moved = 0;
    for (var name : before.keySet()) {
      for (int i = 0; i < before.get(name).length; i++) {
        moved = Math.max(moved, Math.abs(before.get(name)[i] - both.get(name)[i]));
      }
    }
    assertTrue(moved > 1e-4, "the step moved weights by %s at most".formatted(moved));
  }

  /// The weights after the batches of some seeds, which make so many steps.
  private static Map<String, float[]> accumulated(Config config, List<Long> seeds, int steps) {
    Rng.manualSeed(1);
    try (var _ = TensorScope.open();
        var objective = new TocoRecipe(config).objective(Device.CPU);
        var optimizer = PublishedOptimizer.of(objective, config)) {
      var step = new TrainStep(objective, optimizer, config);
      var batches =
          seeds.stream().map(seed -> batch(config.model().foregroundClasses(), seed)).iterator();
      while (batches.hasNext()) {
        step.run(batches::next, false);
      }
      assertEquals(steps, optimizer.steps());
      var weights = new LinkedHashMap<String, float[]>();
      var params = objective.network().params();
      params.all().forEach((name, w) -> weights.put(name, w.detach().toFloatArray()));
      return weights;
    }
  }
}
