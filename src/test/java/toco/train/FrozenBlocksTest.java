package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.ConfigException;
import toco.config.FrozenBlocks;
import toco.config.Overrides;
import toco.model.Encoder.Tokens;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// `model.frozenBlocks` in a network of three blocks.
@TensorTest(scope = false)
class FrozenBlocksTest {
  private static final Pattern BLOCK = Pattern.compile("encoder\\.blocks\\.(\\d+)\\..*");

  @TempDir Path folder;

  private Config tiny(String... more) {
    return TinyRun.config(folder.resolve("run"), folder.resolve("data"), more);
  }

  /// Whether a weight is trained with so many blocks frozen, said independently of the program.
  private static boolean isTrained(String name, String frozenBlocks) {
    if (name.equals("encoder.pos_embed")
        || name.startsWith("proj_head_t.")
        || name.equals("proj_head.last_layer.weight_g")) {
      return false;
    }
    boolean isOfEncoder = name.startsWith("encoder.");
    if (frozenBlocks.equals("all") || !isOfEncoder) {
      return !isOfEncoder;
    }
    var block = BLOCK.matcher(name);
    int frozen = Integer.parseInt(frozenBlocks);
    return block.matches()
        ? Integer.parseInt(block.group(1)) >= frozen
        : frozen == 0 || name.startsWith("encoder.norm.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "2", "3", "all"})
  void frozenWeightsKeepTheirBitsAndHaveNoOptimizerState(String frozenBlocks) {
    TinyRun.train(
        tiny("train.maxIters=3", "model.frozenBlocks=" + frozenBlocks), new TinyRun.Watcher());
    try (var _ = TensorScope.open()) {
      var first = Checkpoint.load(Checkpoint.file(folder.resolve("run"), 0));
      var last = Checkpoint.load(Checkpoint.file(folder.resolve("run"), 3));
      last.model()
          .forEach((name, weight) -> {
            if (!name.startsWith("proj_head_t.")) { // moves towards the student
              boolean moved = weight.sub(first.model().get(name)).abs().amax().item() > 0;
              assertEquals(isTrained(name, frozenBlocks), moved, name);
            }
            for (var moment : List.of(".first", ".second")) {
              assertEquals(
                  isTrained(name, frozenBlocks), last.optimizer().containsKey(name + moment), name);
            }
          });
    }
  }

  /// The gradients of what is trained do not depend on what is frozen, bit for bit, wherever the
  /// auxiliary tokens come from: block 0, 1 or 2.
  @ParameterizedTest
  @CsvSource({
    "1, -1", "1, -2", "1, -3", "2, -1", "2, -2", "2, -3", "3, -1", "3, -2", "3, -3", "all, -1",
    "all, -2", "all, -3"
  })
  void gradientsOfTheTrainedWeightsAreUnchanged(String frozenBlocks, int auxLayer) {
    var aux = "model.auxLayer=" + auxLayer;
    var free = gradients(tiny(aux), false);
    var frozen = gradients(tiny(aux, "model.frozenBlocks=" + frozenBlocks), false);
    assertTrue(frozen.containsKey("aux_classifier.weight"));
    assertEquals(
        free.keySet().stream().filter(name -> isTrained(name, frozenBlocks)).toList(),
        List.copyOf(frozen.keySet()));
    frozen.forEach((name, gradient) -> assertArrayEquals(free.get(name), gradient, name));
  }

  /// Equal to the order in which the gradients of both passes are added: relative to the largest,
  /// as its last bit is larger than the tolerance itself.
  @ParameterizedTest
  @CsvSource({"0, -3", "1, -2", "1, -3", "2, -1", "2, -3", "3, -2", "all, -3"})
  void activationsAreCheckpointedInTheTrainedBlocksOnly(String frozenBlocks, int auxLayer) {
    var config = tiny("model.auxLayer=" + auxLayer, "model.frozenBlocks=" + frozenBlocks);
    var kept = gradients(config, false);
    var again = gradients(config, true);
    assertEquals(kept.keySet(), again.keySet());
    kept.forEach((name, gradient) ->
        assertArrayEquals(gradient, again.get(name), 2e-6f * largest(gradient), name));
  }

  /// The largest absolute value, at least 1.
  private static float largest(float[] values) {
    float largest = 1;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /// Of a loss on all outputs of the encoder through both classifiers.
  private static Map<String, float[]> gradients(Config config, boolean checkpointActivations) {
    Rng.manualSeed(3);
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU)) {
      model.checkpointActivations(checkpointActivations);
      Rng.manualSeed(4);
      var tokens = model.encode(Tensor.randn(2, 3, 48, 64));
      var other = model.encodeClass(Tensor.randn(2, 3, 32, 32));
      var loss =
          model
              .classLogits(tokens.patchMap())
              .square()
              .sum()
              .add(model.auxClassLogits(tokens.auxMap()).square().sum())
              .add(model.projectStudent(tokens.clsToken()).square().sum())
              .add(model.projectStudent(other).square().sum());
      model.backward(loss);
      var gradients = new TreeMap<String, float[]>();
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            var gradient = weight.grad();
            if (gradient != null) {
              gradients.put(name, gradient.toFloatArray());
            }
          });
      return gradients;
    }
  }

  /// What autograd does not record keeps no activations; what the frozen blocks computed on the way
  /// is freed when the encoder returns.
  @Test
  void frozenBlocksRecordNothing() {
    try (var _ = TensorScope.open()) {
      assertTrue(tokens("1").auxTokens().requiresGrad(), "of block 1");
      assertTrue(tokens("2").patchTokens().requiresGrad());
      assertFalse(tokens("2").auxTokens().requiresGrad());
      assertTrue(tokens("3").patchTokens().requiresGrad(), "by the final norm");
      assertFalse(tokens("3").auxTokens().requiresGrad());
      assertFalse(tokens("all").patchTokens().requiresGrad());
      assertFalse(tokens("all").clsToken().requiresGrad());
    }
    assertEquals(openAfterEncoding("1") - 1, openAfterEncoding("2"));
    assertEquals(openAfterEncoding("0") - 1, openAfterEncoding("1"), "the embedding is block 0's");
  }

  private Tokens tokens(String frozenBlocks) {
    var config = tiny("model.auxLayer=-2", "model.frozenBlocks=" + frozenBlocks);
    try (var model = new Toco(config.model(), Device.CPU)) {
      return model.encode(Tensor.randn(1, 3, 32, 32));
    }
  }

  private int openAfterEncoding(String frozenBlocks) {
    var config = tiny("model.auxLayer=-1", "model.frozenBlocks=" + frozenBlocks);
    try (var _ = TensorScope.open();
        var model = new Toco(config.model(), Device.CPU);
        var scope = TensorScope.open()) {
      var _ = model.encode(Tensor.randn(1, 3, 32, 32));
      return scope.size();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.frozenBlocks=2",
        "model.frozenBlocks=all",
        "model.frozenBlocks=1 optim.layerDecay=0.7 optim.decayNormsAndBiases=false"
            + " optim.clipGradNorm=0.5",
        "model.dropPath=0.5"
      })
  void resumeEqualsUninterruptedRun(String fineTuning) {
    var settings = ("train.maxIters=6 " + fineTuning).split(" ");
    TinyRun.train(tiny(settings).with("run.dir=" + folder.resolve("whole")), new TinyRun.Watcher());
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 3;
    assertEquals(3, TinyRun.train(tiny(settings), stopper).step());
    try (var trainer =
        Trainer.resume(folder.resolve("run"), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    try (var _ = TensorScope.open()) {
      var whole = Checkpoint.load(Checkpoint.file(folder.resolve("whole"), 6));
      var parts = Checkpoint.load(Checkpoint.file(folder.resolve("run"), 6));
      assertEquals(whole.optimizer().keySet(), parts.optimizer().keySet());
      whole.model().forEach((name, weight) -> assertSame(name, weight, parts.model()));
      whole.optimizer().forEach((name, moment) -> assertSame(name, moment, parts.optimizer()));
    }
  }

  private static void assertSame(String name, Tensor expected, Map<String, Tensor> actual) {
    assertArrayEquals(expected.toFloatArray(), actual.get(name).toFloatArray(), name);
  }

  @Test
  void resumingWithOtherFrozenBlocksIsRefused() {
    TinyRun.train(tiny("train.maxIters=2", "model.frozenBlocks=2"), new TinyRun.Watcher());
    var e =
        assertThrows(
            TrainingException.class,
            () ->
                Trainer.resume(
                    folder.resolve("run"),
                    Overrides.of("model.frozenBlocks", 0).plus("train.maxIters", 4),
                    new TinyRun.Watcher()));
    var words = "trained with model.frozenBlocks 2 and cannot be resumed with 0";
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertTrue(e.getMessage().contains("step-000002.safetensors"), e.getMessage());
  }

  @Test
  void aFrozenNetworkPredictsAsAFreeOne() {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      Rng.manualSeed(5);
      var free = tokens("0");
      Rng.manualSeed(5);
      var frozen = tokens("2");
      assertArrayEquals(free.auxTokens().toFloatArray(), frozen.auxTokens().toFloatArray());
      assertArrayEquals(free.clsToken().toFloatArray(), frozen.clsToken().toFloatArray());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 'must be an integer ≥ 0, or all, got -1'",
    "1.5, 'must be an integer ≥ 0, or all, got 1.5'",
    "most, 'must be an integer ≥ 0, or all, got \"most\"'",
    "true, 'must be an integer ≥ 0, or all, got true'",
    "[1], 'must be an integer ≥ 0, or all, got [1]'",
    "null, 'has no value; give an integer ≥ 0, or all'",
    "4, \"must be from 0 to 3, the encoder's number of blocks, or all, got 4\"",
    "99999999999, 'must be an integer ≥ 0, or all, got 99999999999'",
  })
  void whatIsNoNumberOfBlocksIsRefused(String value, String words) {
    var e = assertThrows(ConfigException.class, () -> tiny("model.frozenBlocks=" + value));
    assertTrue(e.getMessage().contains("model.frozenBlocks"), e.getMessage());
    assertTrue(e.getMessage().contains(words.replace("\"must", "must")), e.getMessage());
  }

  @Test
  void theValueIsWrittenAsItIsRead() {
    for (var value : List.of("0", "2", "all")) {
      var config = tiny("model.frozenBlocks=" + value);
      assertTrue(config.toYaml().contains("\n  frozenBlocks: " + value + "\n"));
      assertEquals(config, Config.parse(config.toYaml(), "test", List.of()));
      assertEquals(config, Config.parse(config.toJson(), "test", List.of()));
    }
    assertEquals(FrozenBlocks.NONE, Config.defaults().model().frozenBlocks());
    assertEquals(FrozenBlocks.first(2), tiny("model.frozenBlocks=2").model().frozenBlocks());
    assertEquals(FrozenBlocks.ALL, tiny("model.frozenBlocks=all").model().frozenBlocks());
  }
}
