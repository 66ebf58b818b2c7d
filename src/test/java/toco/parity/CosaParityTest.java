package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.checkpoint.SafeTensors;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest(scope = false)
class CosaParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden-cosa");

  /// Every recorded component of the published CoSA, at the tolerances that came with the results.
  @Test
  void everyCasePasses() {
    var report = Parity.run(GOLDEN);
    assertEquals(List.of(), report.rows().stream().filter(row -> !row.pass()).toList());
    assertEquals(List.of(), report.unsupported());
    assertEquals(54, report.cases());
  }

  /// Likely mistakes, as other parameters of a case: each makes it miss.
  @ParameterizedTest
  @CsvSource({
    "strong_op-posterize-6, '\"magnitude\": 6', '\"magnitude\": 8'",
    "teacher_maps-order, '[1.5, 0.5, 1.0]', '[1.0, 0.5, 1.5]'",
    "teacher_labels-main, '\"low_thre\": 0.2', '\"low_thre\": 0.25'",
    "swap_loss-soft, 0.01, 0.02",
    "balanced_seg_loss-both, '\"aux_alpha\": 0.5', '\"aux_alpha\": 0.0'",
    "optimizer-min_mult, 0.45, 0.46",
    "ema, 0.9994, 0.999",
    "cosa_step, '\"cam\": 0.3', '\"cam\": 0.2'",
    "cosa_step, '\"low_aux\": 0.25', '\"low_aux\": 0.2'",
    "cosa_step, '\"teacher_momentum\": 0.9', '\"teacher_momentum\": 0.8'",
    "cosa_trajectory, '\"terms_on_after_iteration\": 4', '\"terms_on_after_iteration\": 5'",
    "cosa_eval, '0.75, 1.25]', '1.25, 0.75]'",
    "cosa_eval, '\"iterations\": 1', '\"iterations\": 10'",
    "param_groups, '\"lr\": 0.01', '\"lr\": 0.001'"
  })
  void anotherParameterMisses(String name, String recorded, String other, @TempDir Path folder)
      throws IOException {
    Files.copy(GOLDEN.resolve("micro.safetensors"), folder.resolve("micro.safetensors"));
    var file = name + ".safetensors";
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve(file));
      var params = String.valueOf(contents.metadata().get("params"));
      assertTrue(params.contains(recorded), params);
      SafeTensors.write(
          folder.resolve(file),
          new LinkedHashMap<>(contents.tensors()),
          Map.of(
              "case",
              String.valueOf(contents.metadata().get("case")),
              "params",
              params.replace(recorded, other)));
    }
    var report = Parity.run(folder);
    assertEquals(1, report.cases());
    assertTrue(report.failed() > 0, "no tensor missed");
  }
}
