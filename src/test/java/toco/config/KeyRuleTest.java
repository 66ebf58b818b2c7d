package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyRuleTest {
  @Test
  void everyMatchIsReplacedAndAnEmptyTargetRemovesIt() {
    assertEquals("b.1.b.2", KeyRule.parse("k", "a(\\d) -> b.$1").apply("a1.a2"));
    assertEquals("norm", KeyRule.parse("k", "^visual\\. ->").apply("visual.norm"));
    assertEquals("other", KeyRule.parse("k", "^visual\\. ->").apply("other"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "visual | must be 'FROM -> TO'",
        "-> x | must be 'FROM -> TO'",
        "a(b -> c | not a regular expression",
        "a(b) -> $2 | refers to group 2, but FROM has 1",
      })
  void whatIsNoRuleIsNamed(String rule, String word) {
    var refusal =
        assertThrows(ConfigException.class, () -> KeyRule.parse("model.pretrainedKeys", rule));
    assertTrue(String.valueOf(refusal.getMessage()).contains(word), refusal.getMessage());
    assertEquals("model.pretrainedKeys", refusal.key());
  }
}
