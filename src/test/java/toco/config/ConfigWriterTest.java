package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigWriterTest {
  /// Values whose text form is easily misread: awkward names, extreme numbers, nulls.
  private final Config awkward =
      Config.defaults()
          .with(
              "model.numClasses=7",
              "data.classNames=['true', 'null', '1e3', 'a: b', '[x]', 'über \"q\" \\']",
              "data.root=C:\\dir with spaces # and ~",
              "optim.lr=1e-30",
              "optim.power=2.2250738585072014e-308",
              "run.seed=-9223372036854775808");

  @Test
  void yamlRoundTrips() {
    for (var config : List.of(Config.defaults(), awkward)) {
      assertEquals(config, Config.parse(config.toYaml(), "effective", List.of()));
    }
  }

  @Test
  void jsonRoundTrips() {
    for (var config : List.of(Config.defaults(), awkward)) {
      assertEquals(config, Config.parse(config.toJson(), "effective", List.of()));
    }
  }

  @Test
  void effectiveConfigurationHasEveryKeyOfItsRecipeAndTheListingAll() {
    var listing = Config.describe();
    for (var recipe : RecipeName.values()) {
      var yaml = Config.parse("recipe: " + recipe, "test", List.of()).toYaml();
      for (var key : Key.ALL.values()) {
        var lastName = key.name().substring(key.name().lastIndexOf('.') + 1);
        var matcher = "(?s).*\\s" + lastName + ": .*";
        assertTrue(!recipe.has(key.name()) || ("\n" + yaml).matches(matcher), key.name());
        assertTrue(listing.contains(key.name() + " "), key.name());
      }
    }
    var line = "train\\.maxIters +20000 +an integer";
    assertTrue(listing.lines().anyMatch(listed -> listed.matches(line)), listing);
  }

  @Test
  void effectiveConfigurationReadsWell() {
    var yaml = Config.defaults().toYaml();
    assertTrue(yaml.contains("\n  lr: 6e-5\n"), yaml);
    assertTrue(yaml.contains("\n  scales: [1, 0.5, 1.5]\n"), yaml);
    assertTrue(yaml.contains("\n  root: VOCdevkit/VOC2012\n"), yaml);
    assertTrue(yaml.contains("\n  scaleMax: 2\n"), yaml);
  }
}
