package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Which sizes of images an encoder takes.
class PatchFitTest {
  private static final String DINOV2 = "model.backbone=vit_small_patch14_dinov2";

  private static Config config(String... overrides) {
    return Config.parse("", "own.yaml", List.of(overrides));
  }

  private static Config custom(int patch, String... more) {
    var keys =
        new ArrayList<>(
            List.of(
                "model.backbone=custom",
                "model.patchSizePx=" + patch,
                "model.imageSizePx=" + 4 * patch,
                "model.embedDim=24",
                "model.depth=3",
                "model.numHeads=3"));
    keys.addAll(List.of(more));
    return config(keys.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "resize, 375, 14, 378",
    "resize, 500, 14, 504",
    "resize, 504, 14, 504",
    "resize, 187.5, 14, 182",
    "resize, 562.5, 14, 560",
    "resize, 497, 14, 504",
    "resize, 496.9, 14, 490",
    "resize, 3, 14, 14",
    "resize, 0.5, 14, 14",
    "resize, 20, 16, 16",
    "resize, 375, 16, 368",
    "resize, 375, 8, 376",
    "resize, 375, 1, 375",
    "crop, 375, 14, 375",
    "crop, 562.5, 16, 562",
    "crop, 3, 16, 16",
    "crop, 16, 16, 16",
  })
  void sidesForTheEncoder(String fit, double side, int patch, long expected) {
    assertEquals(expected, PatchFit.valueOf(fit.toUpperCase(Locale.ROOT)).side(side, patch));
  }

  @ParameterizedTest
  @CsvSource({
    "deit_base_patch16_224, crop", "deit_tiny_distilled_patch16_224, crop",
    "vit_base_patch16_224, crop", "vit_small_early_patch16_224, crop",
    "vit_small_patch14_dinov2, resize", "vit_small_patch14_reg4_dinov2, resize",
    "vit_base_patch16_224.dino, resize", "vit_base_patch8_224.dino, resize",
    "vit_base_patch16_224.mae, resize", "vit_base_patch16_224.augreg, resize",
    "deit3_base_patch16_224, resize", "vit_base_patch16_clip_224, resize",
    "vit_small_patch16_dinov3, resize",
  })
  void theEncodersOfThePublishedCodeCrop(String backbone, String fit) {
    assertEquals(fit, config("model.backbone=" + backbone).model().fit().toString());
    assertEquals(
        PatchFit.CROP, config("model.backbone=" + backbone, "model.patchFit=crop").model().fit());
  }

  @Test
  void customBackbonesCropUnlessTheyAreToldToResize() {
    assertEquals(PatchFit.CROP, custom(14).model().fit());
    assertEquals(PatchFit.RESIZE, custom(14, "model.patchFit=resize").model().fit());
  }

  @Test
  void sizesThatAreNotGivenFitThePatch() {
    var dinov2 = config(DINOV2);
    assertSizes(448, 98, 448, dinov2);
    assertSizes(448, 96, 448, config("model.backbone=vit_base_patch8_224.dino"));
    assertSizes(456, 96, 456, custom(12)); // 448 and 444 do not fit at scale 0.5
    assertSizes(444, 96, 456, custom(12, "cam.scales=[1]"));
    assertSizes(440, 100, 440, custom(10));
    assertSizes(448, 98, 280, config(DINOV2, "eval.sizePx=280"));
    assertEquals(dinov2, Config.parse(dinov2.toYaml(), "saved", List.of()));
  }

  private static void assertSizes(int crop, int localCrop, int eval, Config config) {
    assertEquals(crop, config.augment().cropSizePx());
    assertEquals(localCrop, config.train().localCropSizePx());
    assertEquals(eval, config.eval().sizePx());
  }

  @ParameterizedTest
  @EnumSource(value = Backbone.class, names = "CUSTOM", mode = EnumSource.Mode.EXCLUDE)
  void everyBackboneNeedsNoOtherKey(Backbone backbone) {
    var config = config("model.backbone=" + backbone);
    int patch = config.model().encoderShape().patchSizePx();
    assertEquals(0, config.train().localCropSizePx() % patch);
    assertEquals(448, config.augment().cropSizePx(), "fits patches of 8, 14 and 16");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "augment.cropSizePx=320    | augment.cropSizePx must be a multiple of the patch size 14"
            + " (such as 308 or 322), got 320",
        "train.localCropSizePx=64  | train.localCropSizePx must be a multiple of the patch size 14"
            + " (such as 56 or 70), got 64",
        "train.localCropSizePx=96  | train.localCropSizePx must be a multiple of the patch size 14"
            + " (such as 84 or 98), got 96",
        "eval.sizePx=512           | eval.sizePx must be a multiple of the patch size 14 (such as"
            + " 504 or 518), got 512",
        "cam.scales=[1, 0.7]       | cam.scales must be scales that make augment.cropSizePx 448 a"
            + " multiple of the patch size 14, got 0.7 (313 px); the nearest is 0.6875 (308 px) or"
            + " 0.71875 (322 px); or set augment.cropSizePx to 420 or 560",
        "eval.camScales=[0.01]     | eval.camScales must be scales that make eval.sizePx 448 a"
            + " multiple of the patch size 14, got 0.01 (4 px); the nearest is 0.03125 (14 px)",
        "eval.scales=[1, 1.2]      | eval.scales must be scales that make eval.sizePx 448 a"
            + " multiple of the patch size 14, got 1.2 (537 px); the nearest is 1.1875 (532 px) or"
            + " 1.21875 (546 px); or set eval.sizePx to 420 or 490",
      })
  void sizesThatDoNotFitAreRefusedWithTheNearestThatDo(String key, String message) {
    var e = assertThrows(ConfigException.class, () -> config(DINOV2, key));
    assertTrue(e.getMessage().endsWith(message.strip()), e.getMessage());
  }

  /// A remedy that is refused, too, would be none.
  @ParameterizedTest
  @CsvSource({"322, 0.5", "336, 0.7", "1008, 0.33", "266, 1.3", "448, 0.7", "1414, 0.9"})
  void theScalesOfARefusalAreAccepted(int crop, double scale) {
    var e =
        assertThrows(
            ConfigException.class,
            () -> config(DINOV2, "augment.cropSizePx=" + crop, "cam.scales=[" + scale + "]"));
    var nearest = e.getMessage().replaceFirst(".*the nearest is ", "").replaceFirst(";.*", "");
    for (var text : nearest.split(" or ", -1)) {
      var remedy = text.replaceFirst(" .*", "");
      config(DINOV2, "augment.cropSizePx=" + crop, "cam.scales=[" + remedy + "]");
    }
    if (e.getMessage().contains("; or set ")) {
      for (var size : e.getMessage().replaceFirst(".* to ", "").split(" or ", -1)) {
        config(DINOV2, "augment.cropSizePx=" + size, "cam.scales=[" + scale + "]");
      }
    }
  }

  /// At native size nothing is known of the images, so every scale is possible.
  @Test
  void evaluationAtNativeSizeTakesEveryScale() {
    var config = config(DINOV2, "eval.sizePx=0", "eval.scales=[0.7, 1.23]");
    var protocol = Protocol.of(Protocol.Name.CUSTOM, config);
    assertEquals(14, protocol.sidesMultipleOf());
    assertTrue(protocol.toString().contains("native size, sides to multiples of 14, scales"));
    assertTrue(protocol.toJson().path("sidesMultipleOf").intValue() == 14);
  }

  /// Their files must stay comparable with those of earlier versions.
  @Test
  void protocolsThatResizeNothingDoNotSaySo() {
    for (var name : Protocol.Name.values()) {
      var published = Protocol.of(name, Config.defaults());
      assertTrue(published.toJson().path("sidesMultipleOf").isMissingNode(), name.toString());
      assertTrue(!published.toString().contains("multiples"), name.toString());
    }
    var fitting = Protocol.of(Protocol.Name.COCO, config(DINOV2)); // 448, 672 and 560 px
    assertTrue(fitting.toJson().path("sidesMultipleOf").isMissingNode());
  }

  /// A folder of published weights says how its encoder's images are normalised; its patch decides
  /// about sizes like that of a named backbone.
  @Test
  void aPublishedFolderGivesStatisticsAndSizes(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "dinov2", "hidden_size": 48, "num_hidden_layers": 4,
         "num_attention_heads": 3, "patch_size": 14, "image_size": 70}
        """);
    var clip = PixelStatistics.CLIP;
    Files.writeString(
        folder.resolve("preprocessor_config.json"),
        "{\"image_mean\": %s, \"image_std\": %s}".formatted(clip.mean(), clip.std()));
    var pretrained = "model.pretrained=" + folder;
    var config = config(pretrained);
    assertEquals(clip, config.model().statistics());
    assertEquals(PatchFit.RESIZE, config.model().fit());
    assertSizes(448, 98, 448, config);
    var other = config(pretrained, "model.mean=[0.5, 0.5, 0.5]", "model.patchFit=crop").model();
    assertEquals(PixelStatistics.HALF.mean(), other.statistics().mean());
    assertEquals(clip.std(), other.statistics().std());
    assertEquals(PatchFit.CROP, other.fit());
  }
}
