package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

class DeviceChoiceTest {
  private static final String EXPECTED =
      "train.device must be auto, cpu, cuda, cuda:N, or NAME:N of a device that a loaded library"
          + " registers, got ";

  /// A run's `config.yaml` gives the choice back.
  @ParameterizedTest
  @CsvSource({
    "auto,auto,-1",
    "cpu,cpu,-1",
    "cuda,cuda,-1",
    "cuda:0,cuda,0",
    "cuda:12,cuda,12",
    "standin:1,standin,1",
    "my_Device:127,my_Device,127"
  })
  void aChoiceIsReadAndWritten(String text, String name, int index, @TempDir Path folder)
      throws Exception {
    var config = Config.defaults().with("train.device=" + text);
    assertEquals(new DeviceChoice(name, index), config.train().device());
    assertEquals(text, config.train().device().toString());
    var file = Files.writeString(folder.resolve("config.yaml"), config.toYaml());
    assertEquals(config, Config.load(file, List.of()));
    var inFlow = "train: {device: %s}".formatted(text);
    assertEquals(config.train(), Config.parse(inFlow, "test", List.of()).train());
  }

  @Test
  void theDefaultIsAutomatic() {
    assertEquals(DeviceChoice.AUTO, Config.defaults().train().device());
    assertEquals(DeviceChoice.CUDA, Config.defaults().with("train.device=cuda").train().device());
    assertTrue(DeviceChoice.parse("cuda:3").isCuda());
    assertTrue(DeviceChoice.CUDA.isCuda());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpu",
        "gpu:0",
        "GPU",
        "Cuda",
        "cpu:0",
        "auto:0",
        "cuda:",
        "cuda:x",
        "cuda:01",
        "cuda:128",
        "cuda:-1",
        "standin",
        "a-b:0",
        "9:0",
        "cuda:1:2"
      })
  void othersAreRefusedWhenTheyAreRead(String text) {
    var error =
        assertThrows(
            ConfigException.class,
            () -> Config.parse("train: {device: '%s'}".formatted(text), "own.yaml", List.of()));
    assertEquals("own.yaml:1: %s\"%s\"".formatted(EXPECTED, text), error.getMessage());
  }

  @Test
  void theListOfKeysSaysWhatItMayBe() {
    var line = Config.describe().lines().filter(it -> it.startsWith("train.device ")).toList();
    assertEquals(1, line.size());
    assertTrue(line.getFirst().contains("cuda:N"), line.getFirst());
  }
}
