package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Json;
import toco.train.CosaRun;
import tools.jackson.databind.JsonNode;

/// The commands around a run of CoSA.
class CosaCommandsTest {
  @TempDir static Path folder;

  private static RecipeRun run;

  @BeforeAll
  static void train() throws IOException {
    run = RecipeRun.train(folder, CosaRun.YAML, 4);
  }

  @Test
  void itIsEvaluated() throws IOException {
    var result = run.toco("eval", "--json", "--out", folder.resolve("eval"));
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(2, json.get("images").asInt());
    assertTrue(json.has("segMiou") && json.has("camMiou"), result.out());
  }

  /// The teacher, unless the other network is named; results say which.
  @Test
  void eitherNetworkIsEvaluated() throws IOException {
    var teacher = json(run.toco("eval", "--json", "--out", folder.resolve("eval-default")));
    var named =
        json(
            run.toco(
                "eval", "--json", "--network", "teacher", "--out", folder.resolve("eval-named")));
    assertEquals(teacher.get("segMiou"), named.get("segMiou"));
    assertEquals("teacher", named.get("network").asString());
    assertTrue(!teacher.has("network"), teacher.toString());
    var online = json(run.toco("eval", "--json", "--network", "trained"));
    assertEquals("trained", online.get("network").asString());
    assertNotEquals(teacher.get("patchCosine"), online.get("patchCosine"));
    assertTrue(Files.exists(run.dir().resolve("eval/train-time-val-trained/eval.json")));
    var unknown = run.toco("eval", "--network", "student");
    assertEquals(1, unknown.status(), unknown.err());
    assertTrue(
        unknown.err().contains("has no network student; it has trained, teacher"), unknown.err());
    var other =
        run.toco("eval", "--resume", "--network", "trained", "--out", folder.resolve("eval-named"));
    assertTrue(other.err().contains("network: teacher, now trained"), other.err());
  }

  /// The kept network, whichever it is, is used like a checkpoint.
  @Test
  void theBestNetworkIsEvaluatedAndShown() throws IOException {
    var best = run.dir().resolve("checkpoints/best.safetensors");
    var result =
        Cli.run(
            "eval", run.config(), "--checkpoint", best, "--json", "--out", folder.resolve("best"));
    assertEquals(0, result.status(), result.err());
    var page = folder.resolve("best.html");
    var report = Cli.run("report", run.dir(), "--checkpoint", "best", "--out", page);
    assertEquals(0, report.status(), report.err());
    assertTrue(Files.readString(page).contains("segmentation, trained"));
  }

  private static JsonNode json(Cli.Result result) {
    assertEquals(0, result.status(), result.err());
    return Json.MAPPER.readTree(result.out());
  }

  @Test
  void itsImagesAreSegmented() {
    var images = folder.resolve("data/JPEGImages");
    for (var command : List.of("infer seg", "infer cam")) {
      var out = folder.resolve(command.replace(' ', '-'));
      var result = run.toco(command, "--images", images, "--out", out);
      assertEquals(0, result.status(), result.err());
    }
    assertTrue(Files.exists(folder.resolve("infer-seg/labels/val_00000.png")));
  }

  /// The teacher's network is one of ToCo's, so it is exported; on demand the trained one is.
  @Test
  void itIsExported() {
    var script = folder.resolve("model.pt");
    var result = Cli.run("export", "--checkpoint", run.checkpoint(), "--torchscript", script);
    assertEquals(0, result.status(), result.err());
    assertEquals(0, Cli.run("checkpoint", "diff", run.checkpoint(), script).status());
    var trained = folder.resolve("trained.pt");
    result =
        Cli.run("export", "--checkpoint", run.dir(), "--torchscript", trained, "--network=trained");
    assertEquals(0, result.status(), result.err());
    assertEquals(
        0, Cli.run("checkpoint", "diff", run.checkpoint(), trained, "--network=trained").status());
    assertEquals(1, Cli.run("checkpoint", "diff", script, trained).status());
    for (var options : List.of(List.of(), List.of("--network=trained"))) {
      var command = new ArrayList<Object>(List.of("export", "--checkpoint", run.dir()));
      command.addAll(options);
      command.addAll(List.of("--format", "onnx", folder.resolve("model.onnx")));
      result = Cli.run(command.toArray());
      assertEquals(0, result.status(), result.err());
    }
  }

  @Test
  void theReportHasItsTermsAndTheirStart() throws IOException {
    var page = folder.resolve("report.html");
    var result = Cli.run("report", run.dir(), "--out", page);
    assertEquals(0, result.status(), result.err());
    var html = Files.readString(page);
    for (var term : List.of("Swapped CAM", "Dense energy", "Auxiliary classification")) {
      assertTrue(html.contains(term), term);
    }
  }

  /// Both views with their explanation, and nothing of ToCo's local crops.
  @Test
  void itsViewsAreShown() throws IOException {
    var out = folder.resolve("preview");
    var result = Cli.run("data", "preview", run.config(), "--out", out, "--samples", 2);
    assertEquals(0, result.status(), result.err());
    for (var view : List.of("view1", "view2")) {
      assertTrue(Files.exists(out.resolve("images/sample-002-%s.png".formatted(view))), view);
    }
    assertTrue(Files.notExists(out.resolve("images/sample-001-local.png")));
    var html = Files.readString(out.resolve("index.html"));
    assertTrue(html.contains("Strong view") && html.contains("Weak view"), html);
    assertTrue(!html.contains("ocal crop"), html);
    var withNetwork = run.toco("data preview", "--out", folder.resolve("nowhere"));
    assertEquals(1, withNetwork.status(), withNetwork.err());
    assertTrue(
        withNetwork.err().contains("local crops, which recipe cosa does not have"),
        withNetwork.err());
  }
}
