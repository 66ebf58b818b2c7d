package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class MoreConfigTest {
  /// The defaults of the keys are the published values for VOC.
  @Test
  void theDefaultsAreVoc() throws ReflectiveOperationException {
    for (var component : MoreConfig.class.getRecordComponents()) {
      var value = component.getAccessor().invoke(MoreConfig.VOC);
      var annotation = component.getAnnotation(Default.class);
      assertEquals(
          Double.parseDouble(annotation.value()),
          ((Number) value).doubleValue(),
          component.getName());
    }
  }

  @Test
  void impossibleValuesAreRefused() {
    var e =
        assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(0.5, 10_001, 0.3, 0.35));
    assertTrue(e.getMessage().contains("more.mainCamLowThreshold"), e.getMessage());
    assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(1.5, 10_001, 0.6, 0.35));
    assertThrows(ConfigException.class, () -> MoreConfig.VOC.withMasks(0.5, -1, 0.6, 0.35));
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
    var config = more("");
    assertEquals(MoreConfig.VOC, config.more());
    assertEquals(Backbone.VIT_BASE_PATCH16_224, config.model().backbone());
    assertEquals(4, config.train().samplesPerProcess());
    assertEquals(MoreConfig.VOC_CAM_SCALES, config.cam().scales());
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
