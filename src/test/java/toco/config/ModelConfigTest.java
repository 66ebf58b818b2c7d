package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @Test
  void imagesAreNormalisedAsTheBackboneWasTrained() {
    assertEquals(PixelStatistics.IMAGENET, Config.defaults().model().statistics());
    assertEquals(PixelStatistics.IMAGENET, DEMO.model().statistics());
    var clip = Config.parse("", "x", List.of("model.backbone=vit_base_patch16_clip_224"));
    assertEquals(PixelStatistics.CLIP, clip.model().statistics());
    var asInWeClip =
        clip.with("model.mean=[0.485, 0.456, 0.406]", "model.std=[0.229, 0.224, 0.225]");
    assertEquals(PixelStatistics.IMAGENET, asInWeClip.model().statistics());
    var half = DEMO.with("model.mean=[0, 0.5, 1]").model().statistics();
    assertEquals(List.of(0.0, 0.5, 1.0), half.mean());
    assertEquals(PixelStatistics.IMAGENET.std(), half.std());
    assertEquals(asInWeClip, Config.parse(asInWeClip.toJson(), "saved", List.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model.attendedPooling=true | model.attendedPooling pools a share of the patches, got"
            + " model.pooledShare 0; set model.pooledShare, for instance to 0.2",
        "model.mean=[123.675, 116.28, 103.53] | model.mean must be three numbers in [0, 1], levels"
            + " divided by 255, got [123.675, 116.28, 103.53]",
        "model.mean=[0.5]          | model.mean must be three numbers in [0, 1], levels divided by"
            + " 255, got [0.5]",
        "model.std=[0.5, 0, 0.5]   | model.std must be three numbers in (0, 1], levels divided by"
            + " 255, got [0.5, 0.0, 0.5]",
        "model.std=[0.5, .nan, 1]  | model.std must be three numbers in (0, 1], levels divided by"
            + " 255, got [0.5, NaN, 1.0]",
        "model.mean=0.5            | model.mean must be a list of numbers, such as [1, 0.5] or"
            + " null, got 0.5",
      })
  void otherStatisticsAreRefused(String key, String message) {
    var e = assertThrows(ConfigException.class, () -> DEMO.with(key));
    assertTrue(e.getMessage().endsWith(message), e.getMessage());
  }

  /// Weights know images in their own normalisation only.
  @Test
  void otherStatisticsAreAnotherNetwork() {
    assertNamed(DEMO.with("model.mean=[0.5, 0.5, 0.5]"), "model.mean [0.485, 0.456, 0.406], but");
    assertNamed(DEMO.with("model.std=[0.5, 0.5, 0.5]"), "model.std [0.229, 0.224, 0.225], but");
    var written = DEMO.with("model.mean=[0.485, 0.456, 0.406]").model();
    DEMO.model().requireSameNetwork(written, FILE);
    DEMO.model().requireSameNetwork(DEMO.with("model.patchFit=resize").model(), FILE);
  }
}
