package toco.recipe.toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.ConfigException;
import toco.model.Toco;
import toco.optim.ParamGroup;
import toco.recipe.PublishedOptimizer;
import toco.torch.Device;
import toco.train.TinyRun;

class TocoGroupsTest {
  @Test
  void everyTrainableWeightIsInOneGroup() {
    var config = Config.load(Path.of("configs/demo.yaml"), List.of());
    try (var model = new Toco(config.model(), Device.CPU)) {
      var groups = TocoRecipe.parameterGroups(model.params(), config);
      var grouped = groups.stream().flatMap(group -> group.names().stream()).toList();
      var trainable = model.params().trainable();
      assertEquals(
          trainable.keySet().stream().sorted().toList(), grouped.stream().sorted().toList());
      model
          .params()
          .all()
          .forEach((name, weight) ->
              assertEquals(trainable.containsKey(name), weight.requiresGrad(), name));
      assertTrue(grouped.contains("proj_head.mlp.0.weight"));
      assertFalse(grouped.contains("proj_head_t.mlp.0.weight"));
      assertEquals(1e-3, groups.get(0).lr());
      assertEquals(5e-3, groups.get(2).lr(), 1e-12);
      assertEquals(3e-3, groups.get(3).lr(), 1e-12);
      assertEquals(
          List.of("backbone", "backbone_norm", "classifier", "decoder"),
          groups.stream().map(ParamGroup::name).toList());
      assertTrue(groups.stream().allMatch(ParamGroup::decays));
      groups.forEach(ParamGroup::close);
    }
  }

  /// The groups of a network of three blocks, by name and rate, such as `decoder 0.003`, and those
  /// without weight decay marked by a star.
  private static List<String> groups(String... more) {
    var settings = new ArrayList<>(TinyRun.NETWORK);
    settings.addAll(List.of("optim.lr=1e-3", "optim.headLrMultiplier=10"));
    settings.addAll(List.of("optim.classifierLrMultiplier=null", "optim.decoderLrMultiplier=null"));
    settings.addAll(List.of(more));
    var config = Config.load(Path.of("configs/demo.yaml"), settings);
    try (var model = new Toco(config.model(), Device.CPU)) {
      var groups = TocoRecipe.parameterGroups(model.params(), config);
      var grouped = groups.stream().flatMap(group -> group.names().stream()).sorted().toList();
      assertEquals(model.params().trainable().keySet().stream().sorted().toList(), grouped);
      groups.forEach(ParamGroup::close);
      return groups.stream()
          .map(it -> it.name() + " " + (float) it.lr() + (it.decays() ? "" : " *"))
          .toList();
    }
  }

  /// By hand: of three blocks, block i has 0.5^(3 − i), the embedding 0.5⁴.
  @Test
  void layerDecayGivesEachLayerItsRate() {
    assertEquals(
        List.of(
            "backbone.embed 6.25E-5",
            "backbone.block_00 1.25E-4",
            "backbone.block_01 2.5E-4",
            "backbone.block_02 5.0E-4",
            "backbone.norm 0.001",
            "classifier 0.01",
            "decoder 0.01"),
        groups("optim.layerDecay=0.5"));
    assertEquals(
        List.of(
            "backbone.block_02 5.0E-4",
            "backbone_norm.block_02 0.001",
            "backbone_norm.norm 0.002",
            "classifier 0.01",
            "decoder 0.01"),
        groups("optim.layerDecay=0.5", "optim.normLrMultiplier=2", "model.frozenBlocks=2").stream()
            .sorted()
            .toList());
  }

  @Test
  void eachGroupHasAFactorOfItsOwn() {
    assertEquals(
        List.of(
            "backbone 0.001",
            "backbone_norm 0.002",
            "projection 0.003",
            "decoder 0.005",
            "classifier 0.004"),
        groups(
            "optim.normLrMultiplier=2",
            "optim.projectionLrMultiplier=3",
            "optim.classifierLrMultiplier=4",
            "optim.decoderLrMultiplier=5"));
    assertEquals(List.of("classifier 0.01", "decoder 0.01"), groups("model.frozenBlocks=all"));
  }

  @Test
  void normsBiasesAndTokensNeedNotDecay() {
    var config =
        Config.load(Path.of("configs/demo.yaml"), List.of("optim.decayNormsAndBiases=false"));
    try (var model = new Toco(config.model(), Device.CPU)) {
      var groups = TocoRecipe.parameterGroups(model.params(), config);
      for (var group : groups) {
        group
            .names()
            .forEach(name ->
                assertEquals(
                    !(name.endsWith(".bias")
                        || name.contains("norm")
                        || name.equals("encoder.cls_token")),
                    group.decays(),
                    name));
      }
      groups.forEach(ParamGroup::close);
    }
    assertTrue(groups("optim.decayNormsAndBiases=false").contains("backbone 0.001 *"));
  }

  /// The trainable weights of a layered optimizer have moments of the same names, so that one may
  /// be resumed as the other, and the log has each rate once.
  @Test
  void theLogHasOneRateOfGroupsThatShareAName() {
    var config =
        Config.load(
            Path.of("configs/demo.yaml"),
            List.of("optim.decayNormsAndBiases=false", "train.warmupIters=0"));
    try (var model = new Toco(config.model(), Device.CPU);
        var optimizer = PublishedOptimizer.of(TocoObjective.of(model, config), config)) {
      assertEquals(
          Set.of("backbone", "backbone_norm", "classifier", "decoder"),
          optimizer.learningRates().keySet());
      assertEquals(2 * model.params().trainable().size(), optimizer.state().size());
    }
  }

  @Test
  void aLayerDecayMustBeAFactorAndTheBlocksKnown() {
    for (var wrong : List.of("0", "-1", "1.1", ".nan")) {
      var e =
          assertThrows(
              ConfigException.class, () -> Config.defaults().with("optim.layerDecay=" + wrong));
      assertTrue(e.getMessage().contains("optim.layerDecay must be in (0, 1], got"));
    }
    var script =
        new String[] {
          "model.backbone=custom",
          "model.encoder=script:x.ts",
          "model.patchSizePx=16",
          "model.embedDim=8",
          "optim.layerDecay=0.8"
        };
    var e = assertThrows(ConfigException.class, () -> Config.defaults().with(script));
    assertTrue(e.getMessage().contains("optim.layerDecay 0.8 needs"), e.getMessage());
  }
}
