package toco.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import toco.config.Backbone;

class WeightsCatalogueTest {
  private static String refusal(String name) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> WeightsCatalogue.find(name))
            .getMessage());
  }

  @Test
  void everyEntryIsComplete() {
    var backbones =
        Arrays.stream(Backbone.values()).map(Backbone::toString).collect(Collectors.toSet());
    var names = new HashSet<String>();
    var files = new HashSet<String>();
    for (var weights : WeightsCatalogue.ALL) {
      var name = weights.name();
      assertTrue(names.add(name), name + " is listed twice");
      assertTrue(files.add(weights.file()), weights.file() + " would be two files in one folder");
      assertTrue(name.matches("[a-z0-9_]+\\.[a-z0-9_]+"), name);
      assertTrue(backbones.contains(weights.backbone()), name + ": " + weights.backbone());
      assertTrue(weights.file().matches("[\\w.-]+\\.(pth|pt|safetensors)"), weights.file());
      assertTrue(weights.urls().stream().allMatch(url -> url.startsWith("https://")), name);
      assertEquals(weights.urls().isEmpty(), !weights.family().obtain().isEmpty(), name);
      assertEquals(weights.checksum() == null, weights.statedBy().isEmpty(), name);
      assertFalse(weights.family().licence().isEmpty(), name);
      assertFalse(weights.family().names().isEmpty(), name);
    }
    assertTrue(names.size() >= 60, names.size() + " names");
  }

  /// torch.hub's convention, and Meta's for DINOv3: the hash's first digits end the file's name.
  @Test
  void hashesInFileNamesAreThoseStated() {
    int found = 0;
    for (var weights : WeightsCatalogue.ALL) {
      var digits = weights.file().replaceFirst(".*-([0-9a-f]{8})\\.pth$", "$1");
      if (!digits.equals(weights.file())) {
        assertEquals("SHA-256 " + digits + "…", String.valueOf(weights.checksum()));
        found++;
      }
    }
    assertEquals(14, found);
  }

  @Test
  void aNameWithoutATagIsTheFirstOne() {
    assertEquals(
        "vit_base_patch16_224.orig_in21k_ft_in1k", // that of ToCo's published runs
        WeightsCatalogue.find("vit_base_patch16_224").name());
    assertEquals(
        "vit_small_patch14_dinov2.lvd142m",
        WeightsCatalogue.find("vit_small_patch14_dinov2").name());
    assertEquals(
        "vit_base_patch16_224.augreg_in21k_ft_in1k",
        WeightsCatalogue.find("vit_base_patch16_224.augreg").name());
    assertEquals(
        "vit_base_patch16_224.mae", WeightsCatalogue.find("vit_base_patch16_224.mae").name());
  }

  @Test
  void unknownNamesAreRefusedWithSimilarOnes() {
    assertEquals(
        "no published weights are called 'vit_smal_patch14_dinov2'; did you mean"
            + " vit_small_patch14_dinov2; see toco weights list",
        refusal("vit_smal_patch14_dinov2"));
    assertTrue(refusal("mae").contains("did you mean vit_base_patch16_224.mae, "), refusal("mae"));
    assertTrue(
        refusal("vit_base_patch14_dinov2.lvd142").contains("vit_base_patch14_dinov2.lvd142m"));
    assertEquals(
        "no published weights are called 'resnet'; see toco weights list", refusal("resnet"));
  }

  @Test
  void licencesThatForbidUsesSayWhich() {
    assertEquals(
        "CC-BY-NC-4.0: not for commercial use, which includes networks trained from it",
        WeightsCatalogue.find("vit_large_patch16_224.mae").licenceLine());
    assertTrue(
        WeightsCatalogue.find("vit_base_patch16_clip_quickgelu_224")
            .licenceLine()
            .contains("any deployed use out of scope"));
    assertTrue(
        WeightsCatalogue.find("vit_base_patch16_clip_224.laion2b")
            .licenceLine()
            .endsWith("huggingface.co/timm/vit_base_patch16_clip_224.laion2b"));
  }
}
