package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Options that do not fit together are one line and nothing is trained.
class DemoCommandTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--seeds 2 | --seeds needs --compare",
        "--compare --seeds 0 | --seeds must be ≥ 1, got 0",
        "--compare losses | expected contrasts, recipes, got 'losses'",
        "--recipe toko | expected toco, more, cosa",
        "--compare --recipe more | leave out the recipe",
        "--compare recipes --set recipe=more | leave out the recipe",
        "--photos . --recipe more | --photos and --recipe exclude each other",
        "--photos . --compare recipes | --photos and --compare exclude each other",
        "--weights get:x | --weights needs --photos",
      })
  void contradictionsAreOneLine(String options, String said) {
    var result = Cli.run((Object[]) ("demo " + options).split(" "));
    assertEquals(2, result.status(), result.err());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains(said), result.err());
  }

  @Test
  void theHelpNamesWhatCanBeChosen() {
    var help = Cli.run("demo", "--help").out();
    for (var name : new String[] {"--recipe", "--compare", "contrasts", "recipes", "--seeds"}) {
      assertTrue(help.contains(name), help);
    }
  }
}
