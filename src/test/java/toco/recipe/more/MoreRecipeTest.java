package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.RecipeName;
import toco.loss.LossTerm;
import toco.model.MoreNetwork;
import toco.optim.ParamGroup;
import toco.torch.Device;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Weights of the terms by iteration, and groups of the network's weights.
@TensorTest(scope = false)
class MoreRecipeTest {
  private static final Path COCO = Path.of("configs/more_coco_vit_b.yaml");

  private static Config config(String... overrides) {
    return SmallNetwork.CONFIG.with(overrides);
  }

  @Test
  void theWeightsFollowThePublishedIterations() {
    var terms =
        List.<LossTerm>of(
            MoreLosses.PTC, MoreLosses.CRE, MoreLosses.URE, MoreLosses.SEG, MoreLosses.REG);
    var voc = MoreLosses.of(Config.defaults(RecipeName.MORE).more());
    assertEquals(List.of(0.3, 0.2, 0.1, 0.0, 0.0), terms.stream().map(voc.at(2000)::of).toList());
    assertEquals(List.of(0.3, 0.2, 0.1, 0.12, 0.05), terms.stream().map(voc.at(2001)::of).toList());
    var coco = MoreLosses.of(Config.load(COCO, List.of()).more());
    assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 0.0), terms.stream().map(coco.at(8000)::of).toList());
    assertEquals(
        List.of(0.3, 0.0, 0.0, 0.0, 0.0), terms.stream().map(coco.at(12_000)::of).toList());
    assertEquals(
        List.of(0.3, 0.1, 0.01, 0.0, 0.0), terms.stream().map(coco.at(16_000)::of).toList());
    assertEquals(
        List.of(0.3, 0.1, 0.01, 0.12, 0.05), terms.stream().map(coco.at(16_001)::of).toList());
    assertEquals(1, coco.at(0).of(MoreLosses.ATTRI));
  }

  /// Names and rates of the published groups; more groups by layer keep that order.
  @Test
  void theGroupsAreInThePublishedOrder() {
    try (var _ = TensorScope.open();
        var model = new MoreNetwork(config().model(), Device.CPU)) {
      var groups = MoreRecipe.parameterGroups(model.params(), config());
      assertEquals(
          List.of("backbone", "backbone_norm", "classifier", "graph_layer", "decoder"),
          groups.stream().map(ParamGroup::name).toList());
      assertEquals(
          List.of(6e-5, 6e-5, 6e-4, 6e-4, 6e-4),
          groups.stream().map(group -> Math.round(group.lr() * 1e9) / 1e9).toList());
      groups.forEach(ParamGroup::close);
      var config = config("optim.layerDecay=0.7", "optim.decayNormsAndBiases=false");
      var layers = MoreRecipe.parameterGroups(model.params(), config);
      assertEquals("decoder", layers.getLast().name());
      var undecayed =
          layers.stream()
              .filter(group -> !group.decays())
              .flatMap(group -> group.names().stream())
              .toList();
      assertTrue(
          undecayed.containsAll(List.of("encoder.pos_embed", "encoder.cls_token")),
          undecayed.toString());
      layers.forEach(ParamGroup::close);
    }
  }
}
