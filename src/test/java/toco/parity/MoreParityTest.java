package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.torch.TensorTest;

/// Golden cases of the published MoRe.
@TensorTest(scope = false)
class MoreParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-more");

  /// Every recorded component, at the tolerances that came with the recorded results.
  @Test
  void everyCasePasses() {
    var report = Parity.run(GOLDEN);
    var missed = report.rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of(), missed);
    assertTrue(report.cases() >= 22, "cases: " + report.cases());
  }
}
