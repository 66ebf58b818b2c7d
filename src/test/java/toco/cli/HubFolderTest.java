package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.files.Json;
import toco.train.TinyRun;

/// A folder in Hugging Face's layout, from its export to every command that takes it.
class HubFolderTest {
  @TempDir private Path folder;

  private static void assertUsage(String expected, Object... command) {
    var refused = Cli.run(command);
    assertEquals(2, refused.status());
    assertTrue(refused.err().contains(expected), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
  }

  /// Without CONFIG, the folder's own configuration is used; the data are elsewhere.
  @Test
  void aFolderInHuggingFacesLayoutServesEveryCommand() throws IOException {
    var run = folder.resolve("run");
    var data = folder.resolve("data");
    TinyRun.train(TinyRun.config(run, data, "train.maxIters=2"), new TinyRun.Watcher());
    var out = folder.resolve("model");
    var done =
        Cli.run("export", "--checkpoint", run, "--format", "hf", out, "--license", "cc-by-4.0");
    assertEquals(0, done.status(), done.err());
    assertTrue(done.err().contains("wrote " + out + ": "), done.err());
    assertTrue(Files.readString(out.resolve("README.md")).contains("license: \"cc-by-4.0\""));
    var root = "data.root=" + data;
    var config = run.resolve("config.yaml");
    var own = scores("eval", config, "--checkpoint", run);
    assertEquals(own, scores("eval", "--checkpoint", out, "--set", root));
    assertEquals(own, scores("eval", config, "--checkpoint", out));
    assertEquals(
        own, scores("eval", "--checkpoint", out.resolve("model.safetensors"), "--set", root));
    var images = data.resolve("JPEGImages");
    var labels = folder.resolve("labels");
    assertOk("infer", "seg", "--checkpoint", out, "--images", images, "--out", labels);
    assertOk("export", "--checkpoint", out, "--format", "torchscript", folder.resolve("x.ts"));
    assertOk("checkpoint", "inspect", out);
    assertOk("report", run, "--checkpoint", out, "--images", 1, "--out", folder.resolve("r.html"));
    var again = folder.resolve("again");
    assertOk("export", "--checkpoint", out, "--format", "hf", again);
    for (var same : List.of("model.safetensors", "config.json", "preprocessor_config.json")) {
      assertEquals(-1, Files.mismatch(out.resolve(same), again.resolve(same)), same);
    }
    var second = folder.resolve("second");
    var trained =
        assertOk(
            "train",
            config,
            "--set",
            "model.init=" + out,
            "--set",
            "run.dir=" + second,
            "--set",
            "train.maxIters=1");
    assertTrue(trained.err().contains("network started from " + out), trained.err());
  }

  /// Of all results in the run's folder, the card has those of this file.
  @Test
  void theCardHasTheScoresOfToolsThatEvaluatedThisFile() throws IOException {
    var run = folder.resolve("run");
    TinyRun.train(
        TinyRun.config(run, folder.resolve("data"), "train.maxIters=2", "train.checkpointEvery=1"),
        new TinyRun.Watcher());
    var first = run.resolve("checkpoints/step-000001.safetensors");
    var last = run.resolve("checkpoints/step-000002.safetensors");
    var config = run.resolve("config.yaml");
    assertOk("eval", config, "--checkpoint", first, "--protocol", "coco");
    var eval = assertOk("eval", config, "--checkpoint", last, "--protocol", "voc", "--json");
    var out = folder.resolve("model");
    var done = assertOk("export", "--checkpoint", run, "--format", "hf", out);
    assertTrue(done.err().contains("scores in the model card: 2"), done.err()); // and in training
    var card = Files.readString(out.resolve("README.md"));
    var miou = Json.MAPPER.readTree(eval.out()).path("segMiou").toString();
    assertTrue(card.contains("value: " + miou), card);
    assertTrue(card.contains("| voc | val | 2 | mIoU, segmentation |"), card);
    assertTrue(card.contains("| train-time | val | 2 |"), card);
    assertTrue(!card.contains("| coco |"), card);
  }

  private static Cli.Result assertOk(Object... command) {
    var done = Cli.run(command);
    assertEquals(0, done.status(), done.err());
    return done;
  }

  /// What does not name a file.
  private String scores(Object... command) {
    var line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--json", "--out", folder.resolve("eval")));
    var json = Json.MAPPER.readTree(assertOk(line.toArray()).out());
    return json.path("perClass") + " " + json.path("checkpointSha256").asString().length();
  }

  @Test
  void aFolderIsNotReplacedAndALicenceIsAnIdentifierOfTheHub() throws IOException {
    var full = Files.createDirectory(folder.resolve("full"));
    Files.writeString(full.resolve("mine"), "x");
    var refused = Cli.run("export", "--checkpoint", "nowhere", "--format", "hf", full);
    assertEquals(1, refused.status());
    assertTrue(refused.err().contains(full + ": is not written: is a folder that is not empty"));
    assertUsage(
        "--license must be an identifier",
        "export",
        "--checkpoint",
        "x",
        "--format",
        "hf",
        "y",
        "--license",
        "Apache 2.0");
    assertUsage(
        "--format hf only",
        "export",
        "--checkpoint",
        "x",
        "--torchscript",
        "y",
        "--license",
        "mit");
  }

  @Test
  void damagedFoldersAreOneLine() throws IOException {
    var damaged = Files.createDirectory(folder.resolve("damaged"));
    Files.copy(
        Path.of("src/test/resources/golden/micro.safetensors"),
        damaged.resolve("model.safetensors"));
    var config = damaged.resolve("config.json");
    for (var text :
        List.of(
            "{",
            "{\"model_type\": \"toco\"}",
            "{\"model_type\": \"toco\", " + "\"toco\": {\"model\": {\"depht\": 3}}}")) {
      Files.writeString(config, text);
      var refused = Cli.run("eval", "--checkpoint", damaged);
      assertEquals(1, refused.status(), text);
      assertEquals(1, refused.err().lines().count(), refused.err());
      assertTrue(refused.err().contains(damaged.toString()), refused.err());
    }
    Files.delete(config);
    var missing = Cli.run("eval", "--checkpoint", damaged);
    assertEquals(2, missing.status());
    assertTrue(missing.err().contains("contains no configuration"), missing.err());
    var empty = Cli.run("eval", "--checkpoint", Files.createDirectory(folder.resolve("empty")));
    assertEquals(1, empty.status());
    assertTrue(empty.err().contains("has no checkpoint"), empty.err());
  }
}
