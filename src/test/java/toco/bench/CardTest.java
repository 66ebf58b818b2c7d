package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.TrainConfig.Precision;

/// A share of a peak is worth something only if the peak is that of the card.
class CardTest {
  @ParameterizedTest
  @CsvSource({
    "NVIDIA H200, 67, 495, 989",
    "NVIDIA H100 80GB HBM3, 67, 495, 989",
    "NVIDIA H100 PCIe, 51, 378, 756",
    "NVIDIA A100-SXM4-40GB, 19.5, 156, 312",
    "NVIDIA A100 80GB PCIe, 19.5, 156, 312",
    "NVIDIA A10, 31.2, 62.5, 125",
    "NVIDIA L40S, 91.6, 183, 362",
    "NVIDIA L4, 30.3, 60, 121",
    "NVIDIA GeForce RTX 4090, 82.6, 82.6, 165.2",
  })
  void peaksAreThoseOfTheDataSheets(String name, double float32, double tf32, double bfloat16) {
    var card = new Card(name);
    assertEquals(float32, card.peakTflops(Precision.FLOAT32).orElseThrow());
    assertEquals(tf32, card.peakTflops(Precision.TF32).orElseThrow());
    assertEquals(bfloat16, card.peakTflops(Precision.BFLOAT16).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NVIDIA A10G",
        "NVIDIA L40",
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA RTX 4000 Ada",
        "Tesla T4",
        "AMD Instinct MI300X",
        ""
      })
  void anotherCardHasNoPeak(String name) {
    assertTrue(new Card(name).peakTflops(Precision.TF32).isEmpty());
  }

  @Test
  void theDriverNamesTheCard(@TempDir Path drivers) throws IOException {
    assertEquals(Optional.empty(), Card.ofDriver(drivers));
    assertEquals(Optional.empty(), Card.ofDriver(drivers.resolve("none")));
    var gpu = Files.createDirectory(drivers.resolve("0000:61:00.0"));
    Files.writeString(gpu.resolve("information"), "Model: \t\t NVIDIA H200\nIRQ:   \t\t 28\n");
    assertEquals(Optional.of(new Card("NVIDIA H200")), Card.ofDriver(drivers));
  }
}
