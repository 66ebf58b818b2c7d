package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.RecipeName;
import toco.model.Network;
import toco.optim.ParamGroup;
import toco.recipe.PublishedOptimizer;
import toco.torch.Device;
import toco.torch.TensorTest;

@TensorTest
class CosaRecipeTest {
  private static final Config CONFIG =
      SmallNetwork.config(RecipeName.COSA)
          .with("train.warmupIters=0", "train.maxIters=100", "optim.lr=0.001");

  private static CosaRecipe recipe(String... overrides) {
    return new CosaRecipe(CONFIG.with(overrides));
  }

  /// Each trained weight of the online network is in one group, in the published order.
  @Test
  void groupsCoverTheNetwork() {
    try (var objective = recipe().objective(Device.CPU)) {
      var groups = objective.parameterGroups();
      var names = new ArrayList<String>();
      groups.forEach(group -> names.addAll(group.names()));
      var trained = objective.network().params().trainable().keySet();
      assertEquals(trained.size(), names.size(), "each once");
      assertEquals(trained, new HashSet<>(names));
      assertEquals(
          List.of("backbone", "backbone_norm", "classifier", "decoder"),
          groups.stream().map(ParamGroup::name).toList());
      groups.forEach(ParamGroup::close);
      var layers = CONFIG.with("optim.layerDecay=0.7");
      var ofLayers = CosaRecipe.parameterGroups(objective.network().params(), layers);
      assertEquals("decoder", ofLayers.getLast().name());
      ofLayers.forEach(ParamGroup::close);
    }
  }

  /// Before its losses start the decoder has no gradient. It decays, as with a gradient of zero: by
  /// 1 − lr · 10 · 0.01 in a step.
  @Test
  void aDecoderWithoutGradientDecays() {
    try (var objective = recipe().objective(Device.CPU);
        var optimizer = PublishedOptimizer.of(objective, CONFIG)) {
      var weight = objective.network().params().all().get("decoder.conv6.weight");
      double before = weight.detach().norm().item();
      optimizer.step();
      assertEquals(before * (1 - 1e-4), weight.detach().norm().item(), 1e-6 * before);
    }
  }

  /// A checkpoint has every weight of the teacher, and it is the teacher that is evaluated: in the
  /// network that the recipe makes for that, under the same names.
  @Test
  void theTeacherIsSavedAndEvaluated() {
    var recipe = recipe();
    try (var objective = recipe.objective(Device.CPU);
        var network = recipe.network(Device.CPU)) {
      var evaluated = objective.otherNetworks().get(recipe.evaluated().orElseThrow());
      assertEquals(network.params().all().keySet(), evaluated.params().all().keySet());
      assertEquals(Network.class, network.getClass(), "no layers that CoSA lacks");
      var expected = new HashSet<String>();
      evaluated.params().all().keySet().forEach(name -> expected.add("teacher." + name));
      assertEquals(expected, objective.state().keySet());
      evaluated
          .params()
          .all()
          .forEach((name, weight) -> assertSame(weight, objective.state().get("teacher." + name)));
    }
  }

  /// Three terms switch together: at the published 6,000 they are off, at 6,001 on.
  @Test
  void threeTermsStartTogether() {
    var losses = recipe().losses();
    assertEquals(
        Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.0, "cam", 0.0, "reg", 0.0),
        losses.at(6000).byKey());
    assertEquals(
        Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.1, "cam", 0.05, "reg", 0.05),
        losses.at(6001).byKey());
    assertEquals(
        List.of("cls", "clsAux", "seg", "cam", "reg", "total", "emptySegParts"), losses.names());
  }

  /// A run's views: its seed, crop and statistics are the configuration's.
  @Test
  void viewsAreOfTheConfiguration() {
    var views =
        (WeakStrongViews)
            recipe("run.seed=9", "augment.cropSizePx=64", "cosa.blurProbability=0.25").views();
    assertEquals(9, views.seed());
    assertEquals(64, views.augment().cropSizePx());
    assertEquals(0.25, views.cosa().blurProbability());
  }
}
