package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CosaConfigTest {
  private static Config cosa(String yaml, String... overrides) {
    return Config.parse("recipe: cosa\n" + yaml, "own.yaml", List.of(overrides));
  }

  private static String refusal(String yaml, String... overrides) {
    return assertThrows(ConfigException.class, () -> cosa(yaml, overrides)).getMessage();
  }

  /// The values of the published log for VOC.
  @Test
  void theDefaultsAreThePublishedLogs() {
    var config = Config.defaults(RecipeName.COSA);
    assertEquals(
        new CosaConfig(0.5, 0.7, 0.25, 0.01, 0.1, 0.05, 0.05, 6001, 0.9994, true), config.cosa());
    assertEquals(0.7, config.cam().highThreshold());
    assertEquals(0.2, config.cam().lowThreshold());
    assertEquals(List.of(1.0, 0.5, 1.5), config.cam().scales());
    assertEquals(Backbone.VIT_BASE_PATCH16_224, config.model().backbone());
    assertEquals(-3, config.model().auxLayer());
    assertEquals(32_000, config.train().maxIters());
    assertEquals(2, config.train().samplesPerProcess());
    assertEquals(1500, config.train().warmupIters());
    assertEquals(0, config.optim().minLrMultiplier());
    assertEquals(new CrfParams(1, 1, 1, 4, 121, 5), config.eval().crf());
    assertEquals(config, Config.parse(config.toYaml(), "saved", List.of()));
  }

  /// Every key is an error, or has an effect: what ToCo and MoRe alone use is refused by name.
  @Test
  void whatCosaIgnoresIsRefused() {
    assertEquals(
        "own.yaml:2: augment.hue belongs to recipe toco and more, but this run has recipe cosa;"
            + " remove it, or set recipe=toco or recipe=more",
        refusal("augment: {hue: 0}"));
    var refused = new ArrayList<String>();
    for (var key : Key.ALL.values()) {
      if (!RecipeName.COSA.has(key.name())) {
        refused.add(key.name());
      }
    }
    assertTrue(
        refused.containsAll(
            List.of(
                "model.projectionOut",
                "model.teacherMomentum",
                "augment.crop",
                "augment.jitterProbability",
                "augment.view2RatioMax",
                "augment.viewFlipProbability",
                "augment.view1BlurProbability",
                "augment.solarizeProbability",
                "train.localCrops",
                "train.compat",
                "optim.projectionLrMultiplier",
                "loss.segWeight",
                "loss.mainCamStartIter",
                "more.creWeight",
                "cam.negativeRatio")),
        refused.toString());
  }

  @Test
  void keysAreSharedWhereTheyMeanTheSame() {
    var both = Set.of(RecipeName.TOCO, RecipeName.COSA);
    for (var name : List.of("augment.blurRadiusMin", "augment.blurRadiusMax")) {
      assertEquals(both, Key.ALL.get(name).recipes(), name);
    }
    for (var name : List.of("loss.scope", "loss.energyWeight", "cam.scales", "augment.scaleMin")) {
      assertEquals(Set.of(), Key.ALL.get(name).recipes(), name);
    }
    var e = assertThrows(ConfigException.class, () -> Config.defaults().with("cosa.segWeight=1"));
    assertTrue(
        e.getMessage().contains("belongs to recipe cosa, but this run has recipe toco"),
        e.getMessage());
  }

  @Test
  void impossibleValuesAreRefused() {
    var impossible =
        Map.of(
            "cosa.blurProbability", "1.5",
            "cosa.auxHighThreshold", "-1",
            "cosa.auxLowThreshold", "0.8", // above the high one
            "cosa.temperature", "0",
            "cosa.segWeight", "-0.1",
            "cosa.camWeight", "-1",
            "cosa.regWeight", "-1",
            "cosa.denseStartIter", "-1",
            "cosa.teacherMomentum", "1.01");
    impossible.forEach((key, value) -> {
      var said = refusal("", key + "=" + value);
      assertTrue(said.contains(key), said);
    });
    assertEquals(
        "--set augment.cropSizePx=450: augment.cropSizePx must be a multiple of the patch size 16"
            + " (such as 448 or 464), got 450",
        refusal("", "augment.cropSizePx=450"));
    assertTrue(refusal("", "cam.scales=[1, 0.51]").contains("cam.scales"));
  }
}
