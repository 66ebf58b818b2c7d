package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.LibTorch;
import toco.torch.TensorTest;

@TensorTest(scope = false)
class OperatorCallsTest {
  private static final Path CALLS = Path.of("src/test/resources/conformance");

  /// 284 overloads with every kind of argument, as PyTorch's own samples call them.
  @Test
  void everyCallGivesPyTorchsResult() {
    long before = LibTorch.liveTensors();
    var report = Parity.run(CALLS);
    assertEquals(List.of(), report.rows().stream().filter(row -> !row.pass()).toList());
    assertEquals(600, report.cases());
    assertEquals(before, LibTorch.liveTensors());
  }

  /// `abs` recorded as `neg`, and a call of an operator that does not exist.
  @Test
  void otherCallsMiss(@TempDir Path folder) throws IOException {
    Files.copy(CALLS.resolve("calls.safetensors"), folder.resolve("calls.safetensors"));
    var recorded = Files.readString(CALLS.resolve("calls.json"));
    assertTrue(recorded.contains("\"aten::abs\"") && recorded.contains("\"aten::acosh\""));
    Files.writeString(
        folder.resolve("calls.json"),
        recorded
            .replace("\"aten::abs\"", "\"aten::neg\"")
            .replace("\"aten::acosh\"", "\"aten::no\""));
    var missed = Parity.run(folder).rows().stream().filter(row -> !row.pass()).toList();
    assertFalse(missed.isEmpty());
    assertTrue(
        missed.stream().allMatch(row -> row.tensor().matches("aten::(neg|no) .*")),
        missed.toString());
    assertTrue(missed.stream().anyMatch(row -> row.note().contains("differs by")));
    assertTrue(missed.stream().anyMatch(row -> row.note().contains("no operator")));
  }
}
