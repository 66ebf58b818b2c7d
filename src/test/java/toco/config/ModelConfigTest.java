package toco.config;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelConfigTest {
  private static final Path FILE = Path.of("step-000600.safetensors");
  private static final Config DEMO = Config.load(Path.of("configs/demo.yaml"), List.of());

  @Test
  void settingsThatShapesDoNotShowMustBeTheSameForTrainedWeights() {
    DEMO.model().requireSameNetwork(DEMO.with("model.initStd=0.02").model(), FILE);
    for (var change : List.of("model.numHeads=2", "model.auxLayer=-2", "model.decoderDilation=3")) {
      var other = DEMO.with(change).model();
      var e =
          assertThrows(ConfigException.class, () -> DEMO.model().requireSameNetwork(other, FILE));
      assertTrue(e.getMessage().contains(FILE.toString()), e.getMessage());
    }
  }

  @Test
  void theFirstDifferenceIsNamedByItsKeyAndTheClassesComeFirst() {
    var classes = DEMO.with("model.numClasses=3", "data.classNames=[a, b]", "model.depth=6");
    assertNamed(classes, "model.numClasses 7, but the configuration has 3");
    assertNamed(DEMO.with("model.depth=6"), "model.depth 4, but the configuration has 6");
    assertNamed(DEMO.with("model.qkvBias=false"), "model.qkvBias true, but");
  }

  private static void assertNamed(Config other, String part) {
    var e =
        assertThrows(
            ConfigException.class, () -> DEMO.model().requireSameNetwork(other.model(), FILE));
    assertTrue(e.getMessage().contains("was trained with " + part), e.getMessage());
  }

  /// The early ViT-S scales its attention otherwise when it starts from published weights.
  @Test
  void evaluatingTheEarlySmallVitWithoutItsPretrainedKeyIsNoticed() {
    var trained =
        Config.defaults()
            .with("model.backbone=vit_small_early_patch16_224", "model.pretrained=vit.pth");
    var given = Config.defaults().with("model.backbone=vit_small_early_patch16_224");
    assertThrows(
        ConfigException.class, () -> trained.model().requireSameNetwork(given.model(), FILE));
  }
}
