package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MoreConfigTest {
  @Test
  void impossibleValuesAreRefused() {
    assertTrue(refusal("", "more.mainCamHighThreshold=0.3").contains("more.mainCamLowThreshold"));
    assertTrue(refusal("", "more.creHighThreshold=1.5").contains("more.creHighThreshold"));
    assertTrue(refusal("", "more.mainCamStartIter=-1").contains("more.mainCamStartIter"));
  }

  private static Config more(String yaml, String... overrides) {
    return Config.parse("recipe: more\n" + yaml, "own.yaml", List.of(overrides));
  }

  private static String refusal(String yaml, String... overrides) {
    return assertThrows(ConfigException.class, () -> more(yaml, overrides)).getMessage();
  }

  /// The published values for VOC, where they differ from ToCo's.
  @Test
  void theRecipeHasItsOwnDefaults() {
    var config = Config.defaults(RecipeName.MORE);
    assertEquals(
        new MoreConfig(
            1, 0.3, 0.2, 0.1, 0.12, 0.05, 0, 0, 0, 2001, 2001, 0.07, 0.5, 0.5, 10_001, 0.6, 0.35),
        config.more());
    assertEquals(Backbone.VIT_BASE_PATCH16_224, config.model().backbone());
    assertEquals(4, config.train().samplesPerProcess());
    assertEquals(List.of(1.0, 0.5, 0.75, 1.5), config.cam().scales());
    assertEquals(CrfParams.MORE, config.eval().crf());
    var augment = config.augment();
    assertEquals(0.32, augment.scaleMin());
    assertEquals(1, augment.scaleMax());
    assertEquals(0.32, augment.view2ScaleMin());
    assertEquals(0.5, augment.jitterProbability());
    assertEquals(config, Config.parse(config.toYaml(), "saved", List.of()));
  }

  @Test
  void keysOfTheOtherRecipeAreRefused() {
    assertEquals(
        "own.yaml:2: loss.ctcWeight belongs to recipe toco, but this run has recipe more; remove"
            + " it, or set recipe=toco",
        refusal("loss: {ctcWeight: 1}"));
    for (var key :
        List.of(
            "loss.ptcWeight=1",
            "loss.segStartIter=1",
            "train.compat=aligned",
            "train.localCrops=4",
            "model.teacherMomentum=0.5",
            "augment.viewFlipProbability=0",
            "augment.solarizeProbability=0")) {
      var said = refusal("", key);
      assertTrue(said.contains("belongs to recipe toco, but this run has recipe more"), said);
    }
    for (var key : List.of("more.creWeight=1", "augment.crop=padded")) {
      var e = assertThrows(ConfigException.class, () -> Config.parse("", "own.yaml", List.of(key)));
      assertTrue(
          e.getMessage().contains("belongs to recipe more, but this run has recipe toco"),
          e.getMessage());
    }
  }

  @Test
  void whatTheNetworkOrALossCannotDoIsRefused() {
    assertEquals(
        "--set augment.cropSizePx=96: augment.cropSizePx must be ≥ 112, 7 patches of 16 px, which"
            + " the loss term ure needs, got 96; raise it, choose a smaller patch, or set"
            + " more.ureWeight=0",
        refusal("", "augment.cropSizePx=96", "cam.scales=[1]"));
    var without = more("", "augment.cropSizePx=96", "cam.scales=[1]", "more.ureWeight=0");
    assertEquals(96, without.augment().cropSizePx());
    var script =
        refusal("model: {backbone: custom, patchSizePx: 16, embedDim: 8, encoder: 'script:a.pt'}");
    assertTrue(script.contains("model.encoder must be own with recipe more"), script);
  }
}
