package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OverridesTest {
  private static Config read(String... texts) {
    return Config.parse("", "own.yaml", List.of(texts));
  }

  /// Numbers are YAML, and paths literal; both ignore the whitespace around key and value.
  @ParameterizedTest
  @ValueSource(strings = {"%s=%s", "%s =%s", "%s= %s", " %s = %s ", "\t%s=%s\n"})
  void spacesAroundKeyAndValueAreIgnored(String form) {
    var number = form.formatted("train.samplesPerProcess", "4");
    var path = form.formatted("run.dir", "runs/a b");
    assertEquals(4, read(number).train().samplesPerProcess());
    assertEquals(Path.of("runs/a b"), read(path).run().dir());
    var parsed = Overrides.parse(List.of(number, path));
    assertEquals(Overrides.of("train.samplesPerProcess", 4).plus("run.dir", "runs/a b"), parsed);
    assertTrue(parsed.has("train.samplesPerProcess"));
    assertFalse(parsed.has("train"));
    assertFalse(parsed.has("train.samples"));
  }

  @Test
  void theValueMayBeEmptyOrHaveEqualsSignsAndQuotes() {
    assertEquals(Path.of("a=b"), read("run.dir=a=b").run().dir());
    assertEquals(Path.of("\"a\""), read("run.dir=\"a\"").run().dir()); // literal: a path
    assertEquals(
        List.of("a b", "c"), read("data.classNames=[\"a b\", 'c']").data().classNames()); // YAML
    assertFalse(read("data.valList=").data().hasList(Split.VAL));
    var empty = assertThrows(ConfigException.class, () -> read("train.maxIters= "));
    assertTrue(empty.getMessage().startsWith("--set train.maxIters=: train.maxIters has no value"));
  }

  @Test
  void theLastOneOfAKeyCounts() {
    assertEquals(
        2,
        read("train.maxIters=1", " train.maxIters = 2", "train.warmupIters=0").train().maxIters());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {"train.maxIters | '='", "=5 | key", "\"  = 5\" | key"})
  void anotherFormIsRefusedWithWhatIsMissing(String text, String lacks) {
    var error = assertThrows(ConfigException.class, () -> Overrides.parse(List.of("a=b", text)));
    assertEquals(
        ("--set %s: expected KEY=VALUE, such as train.maxIters=100, got no %s; see toco config"
                + " --describe for all keys")
            .formatted(text, lacks),
        error.getMessage());
  }

  /// Of an unknown key `has` is true, and the reader refuses it.
  @Test
  void anUnknownKeyIsRefusedByTheReader() {
    var unknown = Overrides.parse(List.of("train.maxItres = 5"));
    assertTrue(unknown.has("train.maxItres"));
    var error = assertThrows(ConfigException.class, () -> Config.defaults().with(unknown));
    assertEquals(
        "--set train.maxItres=5: unknown key 'train.maxItres'; did you mean 'train.maxIters'?",
        error.getMessage());
  }

  /// A folder's name may end with a space; a program that has a path need not quote it.
  @Test
  void valuesGivenByAProgramAreTakenAsTheyAre() {
    var path = Path.of("runs/odd ");
    assertEquals(path, Config.defaults().with(Overrides.of("run.dir", path)).run().dir());
  }
}
