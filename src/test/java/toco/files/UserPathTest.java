package toco.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserPathTest {
  private static final Optional<Path> HOME = Optional.of(Path.of("/home/ada"));

  @ParameterizedTest
  @CsvSource({
    "~, /home/ada",
    "~/, /home/ada",
    "~/data/VOC 2012, /home/ada/data/VOC 2012",
    "~//data, /home/ada/data",
    "~/~, /home/ada/~",
    "./~/data, ./~/data",
    "data/~, data/~",
    "a~b, a~b",
    "/~, /~",
    "'', ''"
  })
  void onlyATildeInFrontOfASlashOrAloneIsTheHomeFolder(String text, String path) {
    assertEquals(Path.of(path), UserPath.of(text, HOME));
  }

  @ParameterizedTest
  @ValueSource(strings = {"~grace/data", "~grace", "~+/x"})
  void anotherUsersHomeIsRefusedWithTheRemedy(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> UserPath.of(text, HOME));
    var first = text.replaceFirst("/.*", "");
    assertTrue(e.getMessage().startsWith("'" + text + "': only ~ and ~/ are"), e.getMessage());
    assertTrue(e.getMessage().contains("./" + first), e.getMessage());
  }

  @Test
  void withoutAHomeFolderTheRemedyIsToSetIt() {
    var e =
        assertThrows(IllegalArgumentException.class, () -> UserPath.of("~/x", Optional.empty()));
    assertTrue(e.getMessage().contains("set HOME"), e.getMessage());
    assertEquals(Path.of("x"), UserPath.of("x", Optional.empty()));
  }

  @Test
  void theHomeFolderIsThatOfTheEnvironmentThenThatOfTheSystem() {
    assertEquals(HOME, UserPath.homeFolder(Map.of("HOME", "/home/ada"), "/root"));
    assertEquals(HOME, UserPath.homeFolder(Map.of(), "/home/ada"));
    assertEquals(HOME, UserPath.homeFolder(Map.of("HOME", ""), "/home/ada"));
    assertEquals(Optional.empty(), UserPath.homeFolder(Map.of(), "?"));
  }
}
