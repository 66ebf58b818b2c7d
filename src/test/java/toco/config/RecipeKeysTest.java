package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Keys and defaults that only some recipes have, with a table in which `train.localCrops` is of
/// another recipe and ToCo has its own `train.maxIters`.
class RecipeKeysTest {
  private static final RecipeKeys TABLE =
      new RecipeKeys(
          Map.of("train.localCrops", Set.of("other"), "cam.negativeRatio", Set.of("toco", "other")),
          Map.of("toco", Map.of("train.maxIters", "32000"), "other", Map.of()));

  private static Config read(String yaml, String... overrides) {
    return ConfigReader.read(yaml, "own.yaml", Overrides.parse(List.of(overrides)), TABLE);
  }

  private static String refusal(String yaml, String... overrides) {
    return assertThrows(ConfigException.class, () -> read(yaml, overrides)).getMessage();
  }

  @Test
  void aKeyOfAnotherRecipeIsRefusedWhereItIsSet() {
    var said =
        "train.localCrops belongs to recipe other, but this run has recipe toco; remove it, or set"
            + " recipe=other";
    assertEquals("own.yaml:2: " + said, refusal("train:\n  localCrops: 8"));
    assertEquals("--set train.localCrops=8: " + said, refusal("", "train.localCrops=8"));
    assertEquals(0.3, read("cam: {negativeRatio: 0.3}").cam().negativeRatio());
  }

  @Test
  void aRecipeHasItsOwnDefaults() {
    assertEquals(32000, read("").train().maxIters());
    assertEquals(5000, read("", "train.maxIters=5000").train().maxIters());
    assertEquals(20000, Config.defaults().train().maxIters());
  }

  /// What is saved with a run can be read again.
  @Test
  void keysOfOtherRecipesAreNotWritten() {
    var config = read("");
    var yaml = ConfigWriter.yaml(config, TABLE);
    assertFalse(yaml.contains("localCrops:"), yaml);
    assertEquals(config, read(yaml));
    assertTrue(Config.defaults().toYaml().contains("localCrops: 8"));
  }

  @Test
  void anUnknownRecipeIsNamed() {
    var said =
        assertThrows(
            ConfigException.class, () -> Config.defaults().with("recipe=tokko", "run.seed=1"));
    assertEquals(
        "--set recipe=tokko: recipe must be one of toco, more, cosa, got \"tokko\"",
        said.getMessage());
  }

  @Test
  void theListingNamesTheRecipesOfAKey() {
    assertEquals(Set.of(RecipeName.TOCO), Key.ALL.get("loss.ctcWeight").recipes());
    assertEquals(Set.of(), Key.ALL.get("loss.energyWeight").recipes());
    var line = "loss\\.ctcWeight +0\\.5 +a number; recipe toco";
    assertTrue(Config.describe().lines().anyMatch(listed -> listed.matches(line)));
  }
}
