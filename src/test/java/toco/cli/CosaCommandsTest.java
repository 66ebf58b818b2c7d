package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

/// The commands around a run of CoSA.
class CosaCommandsTest {
  @TempDir static Path folder;

  private static Path config;
  private static Path run;
  private static Path checkpoint;

  @BeforeAll
  static void train() throws IOException {
    var start = folder.resolve("cosa.yaml");
    Files.writeString(start, CosaRun.YAML);
    run = folder.resolve("run");
    var trained =
        Cli.run(
            "train",
            start,
            "--set",
            "run.dir=" + run,
            "--set",
            "data.root=" + folder.resolve("data"),
            "--set",
            "train.maxIters=4");
    assertEquals(0, trained.status(), trained.err());
    config = run.resolve("config.yaml");
    checkpoint = run.resolve("checkpoints/step-000004.safetensors");
  }

  private static Cli.Result toco(String command, Object... more) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.addAll(List.of(config, "--checkpoint", checkpoint));
    line.addAll(List.of(more));
    return Cli.run(line.toArray());
  }

  @Test
  void itIsEvaluated() throws IOException {
    var result = toco("eval", "--json", "--out", folder.resolve("eval"));
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(2, json.get("images").asInt());
    assertTrue(json.has("segMiou") && json.has("camMiou"), result.out());
  }

  @Test
  void itsImagesAreSegmented() {
    var images = folder.resolve("data/JPEGImages");
    for (var command : List.of("infer seg", "infer cam")) {
      var out = folder.resolve(command.replace(' ', '-'));
      var result = toco(command, "--images", images, "--out", out);
      assertEquals(0, result.status(), result.err());
    }
    assertTrue(Files.exists(folder.resolve("infer-seg/labels/val_00000.png")));
  }

  /// The teacher's network is one of ToCo's, so it is exported; on demand the trained one is.
  @Test
  void itIsExported() {
    var script = folder.resolve("model.pt");
    var result = Cli.run("export", "--checkpoint", checkpoint, "--torchscript", script);
    assertEquals(0, result.status(), result.err());
    assertEquals(0, Cli.run("checkpoint", "diff", checkpoint, script).status());
    var trained = folder.resolve("trained.pt");
    result = Cli.run("export", "--checkpoint", run, "--torchscript", trained, "--network=trained");
    assertEquals(0, result.status(), result.err());
    assertEquals(
        0, Cli.run("checkpoint", "diff", checkpoint, trained, "--network=trained").status());
    assertEquals(1, Cli.run("checkpoint", "diff", script, trained).status());
  }

  @Test
  void theReportHasItsTermsAndTheirStart() throws IOException {
    var page = folder.resolve("report.html");
    var result = Cli.run("report", run, "--out", page);
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
    var result = Cli.run("data", "preview", config, "--out", out, "--samples", 2);
    assertEquals(0, result.status(), result.err());
    for (var view : List.of("view1", "view2")) {
      assertTrue(Files.exists(out.resolve("images/sample-002-%s.png".formatted(view))), view);
    }
    assertTrue(Files.notExists(out.resolve("images/sample-001-local.png")));
    var html = Files.readString(out.resolve("index.html"));
    assertTrue(html.contains("Strong view") && html.contains("Weak view"), html);
    assertTrue(!html.contains("ocal crop"), html);
    var withNetwork = toco("data preview", "--out", folder.resolve("nowhere"));
    assertEquals(1, withNetwork.status(), withNetwork.err());
    assertTrue(
        withNetwork.err().contains("local crops, which recipe cosa does not have"),
        withNetwork.err());
  }
}
