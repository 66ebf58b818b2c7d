package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Json;
import toco.train.MoreRun;

/// The commands around a run of MoRe.
class MoreCommandsTest {
  @TempDir static Path folder;

  private static RecipeRun run;

  @BeforeAll
  static void train() throws IOException {
    run = RecipeRun.train(folder, MoreRun.YAML, 3, "eval.labelsKnown=true");
  }

  @Test
  void itIsEvaluated() throws IOException {
    var result = run.toco("eval", "--json", "--out", folder.resolve("eval"));
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(2, json.get("images").asInt());
    for (var kind : List.of("seg", "segLabelsKnown", "cam", "camAux", "lam", "fused")) {
      assertTrue(json.has(kind + "Miou"), result.out());
    }
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
    for (var map : List.of("cam", "aux_cam", "lam")) {
      assertTrue(Files.exists(folder.resolve("infer-cam").resolve(map).resolve("val_00000.png")));
    }
  }

  /// Labels can be made of its localisation maps.
  @Test
  void itsMapsBecomeLabels() {
    var out = folder.resolve("pseudo");
    var made = run.toco("pseudo-labels", "--maps", "lam", "--out", out);
    assertEquals(0, made.status(), made.err());
    assertTrue(made.out().contains("8 label maps"), made.out());
    var refused =
        run.toco("pseudo-labels", "--maps", "lam", "--set", "eval.maps=cam", "--out", out + "2");
    assertEquals(1, refused.status(), refused.err());
    assertTrue(refused.err().contains("the maps lam are those of networks"), refused.err());
  }

  /// With a class token per class, the cosine is the largest of theirs.
  @Test
  void itsTokensAreCompared() {
    var image = folder.resolve("data/JPEGImages/val_00000.jpg");
    var out = folder.resolve("tokens");
    var result =
        run.toco("infer tokens", "--image", image, "--point", "5,5", "--out", out, "--json");
    assertEquals(0, result.status(), result.err());
    var json = Json.MAPPER.readTree(result.out());
    assertEquals(12, json.get("classToken").size());
    assertEquals(12, json.get("classToken").get(0).size());
  }

  @Test
  void theReportHasItsTerms() throws IOException {
    var page = folder.resolve("report.html");
    var result = Cli.run("report", run.dir(), "--out", page);
    assertEquals(0, result.status(), result.err());
    var html = Files.readString(page);
    for (var term : List.of("Class tokens apart", "Confident patches", "Uncertain patches")) {
      assertTrue(html.contains(term), term);
    }
    for (var kind : List.of("LAM × CAM mIoU", "segmentation, labels-known mIoU")) {
      assertTrue(html.contains(kind), kind);
    }
    assertTrue(html.contains("such scores cannot be compared with those of predictions"));
  }

  /// Its only view, with the box of the whole view.
  @Test
  void itsViewIsShown() throws IOException {
    var out = folder.resolve("preview");
    var result = Cli.run("data", "preview", run.config(), "--out", out, "--samples", 2);
    assertEquals(0, result.status(), result.err());
    assertTrue(Files.exists(out.resolve("images/sample-002-view1.png")));
    assertTrue(Files.notExists(out.resolve("images/sample-001-view2.png")));
    var html = Files.readString(out.resolve("index.html"));
    assertTrue(html.contains("Padding counts as image") && !html.contains("Local"), html);
  }

  @Test
  void whatItCannotDoIsSaid() {
    var script = folder.resolve("model.pt");
    var export = Cli.run("export", "--checkpoint", run.checkpoint(), "--torchscript", script);
    assertTrue(export.status() != 0 && export.err().contains("MoRe"), export.err());
    export = Cli.run("export", "--checkpoint", run.checkpoint(), "--format", "onnx", script);
    assertTrue(export.status() != 0 && export.err().contains("MoRe"), export.err());
    assertTrue(Files.notExists(script));
    var out = folder.resolve("nowhere");
    var preview = run.toco("data preview", "--out", out);
    assertEquals(1, preview.status(), preview.err());
    assertTrue(
        preview.err().contains("local crops, which recipe more does not have"), preview.err());
    assertTrue(Files.notExists(out));
  }
}
