package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.ConfigException;
import toco.optim.ParamGroup;
import toco.optim.PolyWarmup;
import toco.torch.TensorTest;

@TensorTest
class CosaOptimizerTest {
  private static final Config CONFIG =
      SmallNetwork.CONFIG.with("train.warmupIters=0", "train.maxIters=100", "optim.lr=0.001");

  /// Each trained weight of CoSA's network is in one group; projection heads are in none.
  @Test
  void groupsCoverTheNetwork() {
    try (var model = SmallNetwork.create(1)) {
      var groups = CosaOptimizer.groups(model.params(), CONFIG.optim());
      var names = new HashSet<String>();
      for (var group : groups) {
        assertTrue(names.addAll(group.names()), group.name());
      }
      var expected = new HashSet<>(model.params().trainable().keySet());
      expected.removeIf(name -> name.startsWith("proj_head"));
      assertEquals(expected, names);
      groups.forEach(ParamGroup::close);
    }
  }

  /// Before its losses start the decoder has no gradient. It decays, as with a gradient of zero: by
  /// 1 − lr · 10 · 0.01 in a step.
  @Test
  void aDecoderWithoutGradientDecays() {
    try (var model = SmallNetwork.create(1);
        var optimizer = CosaOptimizer.of(model.params(), CONFIG, 0)) {
      var weight = model.params().all().get("decoder.conv6.weight");
      double before = weight.detach().norm().item();
      optimizer.step();
      assertEquals(before * (1 - 1e-4), weight.detach().norm().item(), 1e-6 * before);
    }
  }

  /// The floor holds after the warm-up only.
  @Test
  void theFloorIsThatOfTheDecay() {
    var floored = new PolyWarmup(10, 100, 1e-6, 0.9, 0.5);
    var plain = new PolyWarmup(10, 100, 1e-6, 0.9, 0);
    assertEquals(plain.lrAt(3, 2), floored.lrAt(3, 2));
    assertEquals(plain.lrAt(20, 2), floored.lrAt(20, 2));
    assertEquals(1, floored.lrAt(90, 2));
    assertEquals(2 * Math.pow(0.1, 0.9), plain.lrAt(90, 2), 1e-12);
    assertEquals(plain.lrAt(99, 2), plain.lrAt(1000, 2), "constant after the last step");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optim.kind=PolyWarmupSGD",
        "optim.layerDecay=0.9",
        "optim.decayNormsAndBiases=false",
        "model.dropPath=0.1"
      })
  void whatCosaDoesNotDoIsRefused(String override) {
    var config = CONFIG.with(override);
    try (var model = SmallNetwork.create(1)) {
      var e =
          assertThrows(ConfigException.class, () -> CosaOptimizer.of(model.params(), config, 0));
      assertEquals(override.replaceAll("=.*", ""), e.key());
    }
  }
}
