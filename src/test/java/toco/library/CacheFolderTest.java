package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The rules of native/libtorch.sh, whose test has the same cases.
class CacheFolderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/h | `` | /h/.cache/toco",
        "`` | `` | /account/.cache/toco",
        "/h | /c | /c/toco",
        "/h | relative/cache | /h/.cache/toco",
        "/h | ~/c | /h/c/toco",
        "/h | ~ | /h/toco",
        "/h | `  /c/ ` | /c/toco",
        "/h | \"/c d\" | /c d/toco",
        "/h | '~/c' | /h/c/toco",
      })
  void theFolderIsTakenAsItWasMeant(String home, String xdg, String expected) {
    assertEquals(
        Optional.of(Path.of(expected)),
        CacheFolder.of(Map.of("HOME", home, "XDG_CACHE_HOME", xdg), "/account"));
  }
}
