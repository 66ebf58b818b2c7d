package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// timm's names with tags mean the backbones that treat such releases rightly.
class BackboneNamesTest {
  @ParameterizedTest
  @CsvSource({
    "vit_small_patch14_dinov2.lvd142m, vit_small_patch14_dinov2",
    "vit_base_patch14_reg4_dinov2.lvd142m, vit_base_patch14_reg4_dinov2",
    "deit3_base_patch16_224.fb_in22k_ft_in1k, deit3_base_patch16_224",
    "vit_base_patch16_clip_quickgelu_224.openai, vit_base_patch16_clip_quickgelu_224",
    "vit_base_patch16_clip_224.openai_ft_in1k, vit_base_patch16_clip_224",
    "vit_base_patch16_224.augreg2_in21k_ft_in1k, vit_base_patch16_224.augreg",
    "vit_base_patch16_224.orig_in21k, vit_base_patch16_224.augreg",
    "vit_base_patch16_224.mae, vit_base_patch16_224.mae",
    "vit_base_patch8_224.dino, vit_base_patch8_224.dino",
    "vit_large_patch14_clip_224.laion2b_ft_in1k, vit_large_patch14_clip_224.laion2b",
    "vit_large_patch14_clip_224.datacompxl, vit_large_patch14_clip_224",
    "vit_small_patch16_dinov3_qkvb.lvd1689m, vit_small_patch16_dinov3_qkvb",
    "timm/vit_small_patch16_dinov3.lvd1689m, vit_small_patch16_dinov3",
    "Deit_Base_Patch16_224, deit_base_patch16_224",
  })
  void tagsCountWhereReleasesDiffer(String name, String backbone) {
    assertEquals(backbone, BackboneNames.find(name).get().toString());
  }

  @ParameterizedTest
  @EnumSource(Backbone.class)
  void everyBackboneHasItsOwnName(Backbone backbone) {
    assertEquals(backbone, BackboneNames.find(backbone.toString()).get());
  }

  @Test
  void clipThatWasTrainedWithQuickGeluIsNotReadAsGelu() {
    var said = refusal("vit_base_patch16_clip_224.openai");
    assertTrue(said.contains("use vit_base_patch16_clip_quickgelu_224"), said);
  }

  @Test
  void aMisspeltNameHasASuggestion() {
    var said = refusal("vit_smal_patch14_dinov2");
    assertTrue(said.contains("did you mean 'vit_small_patch14_dinov2'?"), said);
    assertTrue(refusal("resnet50").contains("unknown backbone 'resnet50'"));
  }

  private static String refusal(String name) {
    var set = List.of("model.backbone=" + name);
    return String.valueOf(
        assertThrows(ConfigException.class, () -> Config.parse("", "x", set)).getMessage());
  }
}
