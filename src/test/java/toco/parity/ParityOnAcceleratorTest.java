package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Recorded results of the published code are those of an accelerator too, at the tolerances of the
/// CPU.
@OnAccelerator
@TensorTest(scope = false)
class ParityOnAcceleratorTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  @ParameterizedTest
  @CsvSource({
    "golden, 50, decode-0 dense_crf-cam dense_crf-seg scores",
    "golden-more, 44, ''",
    "golden-cosa, 53, strong_parameters",
    "golden-encoders, 19, ''"
  })
  void everyCasePasses(String folder, int atLeast, String ofTheCpu) {
    LibTorch.setTf32(false);
    var report = Parity.run(RESOURCES.resolve(folder), null, TestAccelerator.device());
    assertEquals("[]", report.rows().stream().filter(row -> !row.pass()).toList().toString());
    assertTrue(report.cases() >= atLeast, "cases: " + report.cases());
    var skipped = new TreeSet<String>();
    report
        .skipped()
        .forEach((file, reason) -> {
          if (reason.startsWith("computed by the CPU")) {
            skipped.add(file.replace(".safetensors", ""));
          }
        });
    assertEquals(ofTheCpu, String.join(" ", skipped), "cases that only the CPU computes");
  }
}
