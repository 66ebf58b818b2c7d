package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PixelWindowTest {
  @TempDir Path folder;

  /// A run's `config.yaml` gives the window back.
  @ParameterizedTest
  @ValueSource(strings = {"[-160, 240]", "[0.5, 1e3]", "percentile", "dicom"})
  void aWindowIsReadAndWritten(String text) throws Exception {
    var config = Config.defaults().with("data.window=" + text);
    var file = folder.resolve("config.yaml");
    Files.writeString(file, config.toYaml());
    var again = Config.load(file, List.of());
    assertEquals(config.data().window(), again.data().window());
    assertEquals(config, again);
  }

  @Test
  void thereIsNoneByDefault() {
    assertNull(Config.defaults().data().window());
    assertEquals(
        new PixelWindow.Range(-160, 240),
        Config.defaults().with("data.window=[-160, 240]").data().window());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          data.window=[5, 2]   | data.window must be [LOW, HIGH], percentile or dicom
          data.window=[1]      | data.window must be [LOW, HIGH], percentile or dicom
          data.window=auto     | data.window must be [LOW, HIGH], percentile or dicom
          data.window=[0,.inf] | data.window must be [LOW, HIGH], percentile or dicom
          data.exif=yes        | data.exif must be one of ignore, apply, got "yes"
          data.page=0          | data.page must be ≥ 1, got 0
          """)
  void wrongOnesAreRefused(String override, String message) {
    var e = assertThrows(ConfigException.class, () -> Config.defaults().with(override));
    var start = "--set %s: %s".formatted(override, message);
    assertTrue(String.valueOf(e.getMessage()).startsWith(start), e.getMessage());
  }
}
