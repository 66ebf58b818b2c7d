package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.SafeTensors;
import toco.files.Json;
import toco.image.Resources;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import tools.jackson.databind.JsonNode;

@TensorTest
class ParityCommandTest {
  private static final String CASE = "ptc_loss.safetensors";

  @TempDir Path folder;

  @BeforeEach
  void aFolderWithOneCase() throws IOException {
    Files.copy(Resources.path("golden/" + CASE), folder.resolve(CASE));
  }

  @Test
  void aPassingFolderGivesStatus0AndOneRowPerTensor() {
    var result = Cli.run("parity", folder);
    assertEquals(0, result.status(), result.out() + result.err());
    assertTrue(result.out().contains(CASE) && result.out().contains(" pass\n"), result.out());
    var json = json(0);
    assertEquals(1, json.get("cases").intValue());
    assertEquals(json.get("rows").size(), json.get("tensors").intValue());
    assertEquals(0, json.get("failed").intValue());
    assertEquals(0, json.get("unsupported").intValue());
    assertTrue(json.get("unsupportedFiles").isArray());
  }

  @Test
  void aMissGivesStatus1() {
    var golden = SafeTensors.read(Resources.path("golden/" + CASE));
    var tensors = new LinkedHashMap<>(golden.tensors());
    tensors.replaceAll((name, tensor) -> name.startsWith("out.") ? tensor.add(1) : tensor);
    SafeTensors.write(folder.resolve("wrong.safetensors"), tensors, golden.metadata());
    assertTrue(json(1).get("failed").intValue() > 0);
    assertTrue(Cli.run("parity", folder).out().contains("MISS"));
  }

  @Test
  void anUnknownCaseIsAMissUnlessSkipped() {
    SafeTensors.write(
        folder.resolve("new.safetensors"),
        Map.of("out.x", Tensor.ones(1)),
        Map.of("case", "not_invented_yet", "params", "{}"));
    var json = json(1);
    assertEquals(1, json.get("unsupported").intValue());
    assertEquals("new.safetensors", json.get("unsupportedFiles").get(0).stringValue());
    assertEquals(0, json.get("failed").intValue());
    assertEquals(0, Cli.run("parity", folder, "--skip-unsupported").status());
  }

  @Test
  void aFolderWithoutCasesIsAnError(@TempDir Path empty) throws IOException {
    assertFails(empty);
    assertFails(empty.resolve("nowhere"));
    Files.copy(Resources.path("golden/micro.safetensors"), empty.resolve("micro.safetensors"));
    assertFails(empty);
  }

  private static void assertFails(Path directory) {
    var result = Cli.run("parity", directory, "--json");
    assertEquals(1, result.status());
    assertEquals("", result.out());
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().startsWith("toco: error: " + directory), result.err());
  }

  private JsonNode json(int expectedStatus) {
    var result = Cli.run("parity", folder, "--json");
    assertEquals(expectedStatus, result.status(), result.err());
    return Json.MAPPER.readTree(result.out());
  }
}
