package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

class ParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  /// Every component of the published implementation's figures that this version computes, at the
  /// tolerances of [Parity], which are those that came with the figures.
  @Test
  void everySupportedCasePasses() {
    long before = LibTorch.liveTensors();
    var report = Parity.run(GOLDEN);
    var missed = report.rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of(), missed);
    assertTrue(report.cases() >= 28, "cases: " + report.cases());
    assertEquals(before, LibTorch.liveTensors());
  }

  /// The comparison is worth something only if a wrong figure fails it.
  @Test
  void aChangedFigureIsMissed(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve("ptc_loss.safetensors"));
      var tensors = new LinkedHashMap<>(contents.tensors());
      tensors.put("out.loss", contents.tensors().get("out.loss").mul(1.001));
      SafeTensors.write(folder.resolve("ptc_loss.safetensors"), tensors, contents.metadata());
    }
    var report = Parity.run(folder);
    assertEquals(1, report.failed());
    assertTrue(
        report.rows().stream().anyMatch(row -> row.tensor().equals("out.loss") && !row.pass()));
  }

  @Test
  void anUnknownCaseIsListedAsUnsupported(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      SafeTensors.write(
          folder.resolve("new.safetensors"),
          Map.of(),
          Map.of("case", "not_yet_invented", "params", "{}"));
    }
    var report = Parity.run(folder);
    assertEquals(List.of("new.safetensors"), report.unsupported());
    assertEquals(0, report.cases());
  }

  @Test
  void anEmptyFolderIsAnError(@TempDir Path folder) {
    var e = assertThrows(CheckpointException.class, () -> Parity.run(folder));
    assertFalse(e.getMessage().contains("\n"));
  }
}
