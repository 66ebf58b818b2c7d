package toco.recipe.more;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.batch.Batch;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.MoreConfig;
import toco.config.RecipeName;
import toco.image.ImageBox;
import toco.recipe.PublishedOptimizer;
import toco.recipe.TrainStep;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Laws of MoRe's training step; its values are golden cases.
@TensorTest(scope = false)
class MoreObjectiveTest {
  private static final int SIZE = 64; // a grid of 8 × 8
  private static final int SAMPLES = 2;

  /// The terms start one after the other, within a few steps.
  private static final MoreConfig VOC = Config.defaults(RecipeName.MORE).more();

  private static final MoreConfig COCO =
      Config.load(Path.of("configs/more_coco_vit_b.yaml"), List.of()).more();
  private static final MoreConfig GRADUAL =
      new MoreConfig(1, 0.3, 0.2, 0.1, 0.12, 0.05, 1, 2, 3, 4, 4, 0.07, 0.5, 0.5, 5, 0.6, 0.35);

  private static Config config(String... overrides) {
    return SmallNetwork.CONFIG
        .with("augment.cropSizePx=64", "train.warmupIters=0", "train.maxIters=100")
        .with(overrides);
  }

  private static Batch batch(int size, List<ImageBox> boxes) {
    Rng.manualSeed(5);
    var labels = List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0});
    var images = Tensor.randn(SAMPLES, 3, size, size);
    return new Batch(
        images,
        Tensor.zeros(SAMPLES, 3, size, size),
        Tensor.zeros(SAMPLES, 3, size, size),
        Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, SAMPLES, 3),
        labels,
        boxes,
        List.of(0, 1),
        0,
        0);
  }

  private static List<ImageBox> whole(int size) {
    return IntStream.range(0, SAMPLES).mapToObj(_ -> ImageBox.full(size, size)).toList();
  }

  /// What some steps leave.
  ///
  /// @param losses of each step, by key
  /// @param reads how often the steps read something back
  private record Outcome(
      Map<String, float[]> weights, List<Map<String, Double>> losses, long reads) {}

  private static Outcome run(Config config, MoreConfig more, int first, int steps, boolean report) {
    return run(config, more, first, steps, report, batch -> batch);
  }

  private static Outcome run(
      Config config,
      MoreConfig more,
      int first,
      int steps,
      boolean report,
      UnaryOperator<Batch> change) {
    try (var _ = TensorScope.open()) {
      var batch = change.apply(batch(SIZE, whole(SIZE)));
      Rng.manualSeed(1);
      var recipe = new MoreRecipe(config, more);
      try (var objective = recipe.objective(Device.CPU);
          var optimizer = PublishedOptimizer.of(objective, config)) {
        var step = new TrainStep(objective, optimizer, config);
        var losses = new ArrayList<Map<String, Double>>();
        long reads = 0;
        for (int i = 0; i < steps; i++) {
          try (var _ = TensorScope.open()) {
            var input = batch.atStep(first + i);
            long before = LibTorch.readBacks();
            var result = step.run(() -> input, report);
            reads += LibTorch.readBacks() - before;
            losses.add(values(result));
          }
        }
        var weights = new LinkedHashMap<String, float[]>();
        var all = objective.network().params().all();
        all.forEach((name, weight) -> weights.put(name, weight.detach().toFloatArray()));
        return new Outcome(weights, losses, reads);
      }
    }
  }

  private static Map<String, Double> values(TrainStep.Result result) {
    var values = new LinkedHashMap<String, Double>();
    var micro = result.microBatches().getFirst();
    micro.losses().byTerm().forEach((term, value) -> values.put(term.key(), value.item()));
    values.put("total", result.total());
    return values;
  }

  private static void assertSameWeights(Outcome expected, Outcome actual, float tolerance) {
    expected.weights.forEach(
        (name, weight) -> assertArrayEquals(weight, actual.weights.get(name), tolerance, name));
  }

  @Test
  void aStepReadsNothingBack() {
    assertEquals(0, run(config(), VOC, 10_001, 2, false).reads);
    assertEquals(0, run(config(), VOC, 0, 2, false).reads);
    assertEquals(0, run(config(), COCO, 0, 2, false).reads);
  }

  @Test
  void aTermIsComputedWhenItHasAWeightOrForAReport() {
    var silent = run(config(), GRADUAL, 0, 5, false).losses;
    var all = List.of("cls", "clsAux", "attri", "ptc", "cre", "ure", "seg", "reg", "total");
    assertEquals(List.of("cls", "clsAux", "attri", "total"), List.copyOf(silent.get(0).keySet()));
    assertEquals(
        List.of("cls", "clsAux", "attri", "ptc", "cre", "total"),
        List.copyOf(silent.get(2).keySet()));
    assertEquals(all, List.copyOf(silent.get(4).keySet()));
    for (var losses : run(config(), GRADUAL, 0, 5, true).losses) {
      assertEquals(all, List.copyOf(losses.keySet()));
      losses.forEach((name, value) -> assertTrue(Double.isFinite(value), name + " = " + value));
    }
  }

  /// Terms of weight 0 that a report wants give no gradient.
  @Test
  void aReportChangesNothing() {
    assertSameWeights(run(config(), GRADUAL, 0, 6, false), run(config(), GRADUAL, 0, 6, true), 0);
  }

  @Test
  void theTotalIsTheWeightedSum() {
    var losses = run(config(), GRADUAL, 5, 1, true).losses.getFirst();
    var weights =
        Map.of(
            "cls", 1.0, "clsAux", 1.0, "attri", 1.0, "ptc", 0.3, "cre", 0.2, "ure", 0.1, "seg",
            0.12, "reg", 0.05);
    double expected = 0;
    for (var weight : weights.entrySet()) {
      expected += weight.getValue() * losses.get(weight.getKey());
    }
    assertEquals(expected, losses.get("total"), 1e-5 * expected);
  }

  /// A weight of 0 is a zero gradient: the decoder decays before its losses start. Weights that
  /// nothing uses stay as they are.
  @Test
  void weightsWithoutLossDecayAndUnusedOnesDoNot() {
    var config = config();
    var before = run(config, GRADUAL, 0, 0, false);
    var after = run(config, GRADUAL, 0, 1, false);
    double kept = 1 - config.optim().decoderLr() * config.optim().weightDecay();
    for (var name : List.of("decoder.conv6.weight", "decoder.conv8.weight")) {
      var decayed = before.weights.get(name).clone();
      for (int i = 0; i < decayed.length; i++) {
        decayed[i] = (float) (decayed[i] * kept);
      }
      assertArrayEquals(decayed, after.weights.get(name), 1e-7f, name);
    }
    for (var name : List.of("encoder.head.weight", "graph_layer._fc1.0.weight")) {
      assertArrayEquals(before.weights.get(name), after.weights.get(name), name);
    }
    for (var name : List.of("encoder.pos_embed", "encoder.cls_token", "graph_layer.norm.bias")) {
      assertTrue(!Arrays.equals(before.weights.get(name), after.weights.get(name)), name);
    }
  }

  /// Padding counts as image, and the second view is not encoded.
  @Test
  void onlyTheFirstViewCounts() {
    var expected = run(config(), GRADUAL, 5, 2, true);
    var other =
        run(
            config(),
            GRADUAL,
            5,
            2,
            true,
            batch ->
                new Batch(
                    batch.view1(),
                    batch.view1().neg(),
                    batch.view1().neg(),
                    batch.labels(),
                    batch.multiHot(),
                    List.of(new ImageBox(0, 20, 0, 30), new ImageBox(10, 64, 3, 40)),
                    batch.samples(),
                    batch.step(),
                    batch.firstPosition()));
    assertEquals(expected.losses, other.losses);
  }

  /// By SGD, for AdamW makes steps of the learning rate's size out of rounding.
  @ParameterizedTest
  @ValueSource(strings = {"0", "0.5"})
  void checkpointedActivationsChangeNoWeight(String dropPath) {
    var overrides = new String[] {"optim.kind=PolyWarmupSGD", "model.dropPath=" + dropPath};
    var kept = run(config(overrides), GRADUAL, 5, 3, false);
    var again =
        run(config(overrides).with("train.checkpointActivations=true"), GRADUAL, 5, 3, false);
    assertSameWeights(kept, again, 1e-5f);
  }

  @Test
  void dropPathIsAFunctionOfTheStep() {
    var drops = config("model.dropPath=0.9");
    var once = run(drops, GRADUAL, 5, 1, true).losses;
    assertEquals(once, run(drops, GRADUAL, 5, 1, true).losses);
    var later = run(drops, GRADUAL, 6, 1, true).losses;
    assertNotEquals(once.getFirst().get("cls"), later.getFirst().get("cls"));
  }

  @Test
  void aGridWithoutWindowsIsRefusedOnlyIfUreNeedsThem() {
    var small = config("augment.cropSizePx=32");
    var without =
        new MoreConfig(1, 0.3, 0.2, 0, 0.12, 0.05, 0, 0, 0, 0, 0, 0.07, 0.5, 0.5, 5, 0.6, 0.35);
    UnaryOperator<Batch> smaller = _ -> batch(32, whole(32));
    for (boolean report : new boolean[] {false, true}) {
      var losses = run(small, without, 0, 1, report, smaller).losses.getFirst();
      assertTrue(losses.containsKey("cre") && !losses.containsKey("ure"), losses.toString());
    }
    var e =
        assertThrows(IllegalArgumentException.class, () -> run(small, VOC, 0, 1, false, smaller));
    assertTrue(requireNonNull(e.getMessage()).contains("patches, got 4×4"), e.getMessage());
  }
}
