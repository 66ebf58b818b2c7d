package toco.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest(scope = false)
class ParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  private static Map<String, String> caseOf(String name) {
    return Map.of("case", name, "params", "{\"optimizer\": \"PolyWarmupAdamW\"}");
  }

  /// Every recorded component of the published implementation that this version computes, at the
  /// tolerances of [Parity], which came with the recorded results.
  @Test
  void everySupportedCasePasses() {
    var report = Parity.run(GOLDEN);
    var missed = report.rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of(), missed);
    assertTrue(report.cases() >= 52, "cases: " + report.cases());
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

  /// A picture's levels may be a little off, but not on all of it, and nowhere by much.
  @Test
  void levelsThatAreOffByMoreThanTheirToleranceAreMissed(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve("brightness-60.safetensors"));
      var levels = contents.tensors().get("out.rgb"); // at most 0.6 · 255, so 255 stays far away
      var oneFarOff = levels.clone();
      var _ = oneFarOff.slice(0, 0, 1).slice(1, 0, 1).slice(2, 0, 1).copy_(levels.amax().add(4));
      var changed = Map.of("all1", levels.add(1), "all2", levels.add(2), "one", oneFarOff);
      changed.forEach((name, image) -> {
        var tensors = new LinkedHashMap<>(contents.tensors());
        tensors.put("out.rgb", image.contiguous());
        SafeTensors.write(folder.resolve(name + ".safetensors"), tensors, contents.metadata());
      });
    }
    var passed =
        Parity.run(folder).rows().stream().filter(Parity.Row::pass).map(Parity.Row::file).toList();
    assertEquals(List.of("all1.safetensors"), passed);
  }

  @Test
  void aPhotographThatIsNotThereIsNamed(@TempDir Path folder) throws IOException {
    var cases = Files.createDirectory(folder.resolve("cases"));
    Files.copy(GOLDEN.resolve("decode-0.safetensors"), cases.resolve("decode-0.safetensors"));
    var row = Parity.run(cases).rows().getFirst();
    assertFalse(row.pass());
    var photograph = folder.resolve("data/photos/JPEGImages/chelsea.jpg");
    assertTrue(row.note().contains(photograph.toString()), row.note());
    Files.createDirectories(photograph.getParent());
    Files.copy(Path.of("src/test/resources/data/photos/JPEGImages/chelsea.jpg"), photograph);
    assertTrue(Parity.run(cases).rows().getFirst().pass());
  }

  @Test
  void aMalformedCaseIsMissedAndTheOthersRun(@TempDir Path folder) throws IOException {
    var good = Map.of("case", "ptc_loss", "params", "{}");
    try (var _ = TensorScope.open()) {
      var ptc = SafeTensors.read(GOLDEN.resolve("ptc_loss.safetensors")).tensors();
      var ofOthers = Map.of("out.loss", Tensor.ones(1));
      SafeTensors.write(folder.resolve("a-no-params.safetensors"), ofOthers, caseOf("optimizer"));
      SafeTensors.write(folder.resolve("b-no-inputs.safetensors"), ofOthers, good);
      SafeTensors.write(folder.resolve("c-no-micro.safetensors"), ofOthers, caseOf("encoder"));
      SafeTensors.write(
          folder.resolve("d-broken-params.safetensors"),
          ptc,
          Map.of("case", "ptc_loss", "params", "{\n\"a\":"));
      var noOutputs = new LinkedHashMap<>(ptc);
      noOutputs.keySet().removeIf(name -> name.startsWith("out."));
      SafeTensors.write(folder.resolve("e-no-outputs.safetensors"), noOutputs, good);
    }
    Files.writeString(folder.resolve("f-no-safetensors.safetensors"), "not a tensor in sight");
    Files.copy(GOLDEN.resolve("ptc_loss.safetensors"), folder.resolve("g-good.safetensors"));

    var report = Parity.run(folder);

    assertEquals(7, report.cases());
    var notes = new TreeMap<String, String>();
    report.rows().stream()
        .filter(row -> !row.pass())
        .forEach(row -> notes.put(row.file().substring(0, 1), row.note()));
    assertEquals(List.of("a", "b", "c", "d", "e", "f"), List.copyOf(notes.keySet()));
    assertTrue(notes.get("a").contains("lacks the list of numbers 'lr'"), notes.get("a"));
    assertTrue(notes.get("b").contains("lacks the tensor in.features"), notes.get("b"));
    assertTrue(notes.get("c").contains("micro.safetensors"), notes.get("c"));
    assertTrue(notes.get("e").contains("lacks out.*"), notes.get("e"));
    notes.values().forEach(note -> assertEquals(1, note.lines().count(), note));
    assertTrue(report.rows().stream().anyMatch(row -> row.file().startsWith("g") && row.pass()));
  }

  @Test
  void aSizeThatTheSmallNetworkLacksIsNamed(@TempDir Path folder) throws IOException {
    try (var _ = TensorScope.open()) {
      var micro = SafeTensors.read(GOLDEN.resolve("micro.safetensors"));
      var metadata = new LinkedHashMap<>(micro.metadata());
      metadata.compute("config", (_, sizes) -> sizes.replace("num_heads", "heads"));
      SafeTensors.write(folder.resolve("micro.safetensors"), micro.tensors(), metadata);
    }
    var encoder = "encoder-square.safetensors";
    Files.copy(GOLDEN.resolve(encoder), folder.resolve(encoder));
    var note = Parity.run(folder).rows().getFirst().note();
    assertTrue(note.contains("micro.safetensors") && note.contains("'num_heads'"), note);
  }

  /// As many numbers in another shape are another result; only a scalar may be a list of one.
  @Test
  void anotherShapeIsMissed(@TempDir Path folder) {
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve("ptc_loss.safetensors"));
      var tensors = new LinkedHashMap<>(contents.tensors());
      tensors.compute("out.grad_features", (_, gradient) -> gradient.reshape(-1));
      tensors.compute("out.loss", (_, loss) -> loss.reshape(1));
      SafeTensors.write(folder.resolve("ptc_loss.safetensors"), tensors, contents.metadata());
    }
    var missed = Parity.run(folder).rows().stream().filter(row -> !row.pass()).toList();
    assertEquals(List.of("out.grad_features"), missed.stream().map(Parity.Row::tensor).toList());
    assertTrue(missed.getFirst().note().startsWith("expected shape ["), missed.toString());
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
