package toco.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.download.FileServer;
import toco.files.Json;
import toco.files.Sha256;
import toco.weights.WeightsCatalogue;

class WeightsCommandsTest {
  private static final String DEIT3 = "deit3_base_patch16_224.fb_in1k";
  private static final byte[] CONTENT = {1, 2, 3};

  @TempDir Path folder;

  @Test
  void theListHasEveryName() {
    var table = Cli.run("weights", "list");
    assertEquals(0, table.status(), table.err());
    var lines = table.out().lines().toList();
    assertEquals(WeightsCatalogue.ALL.size() + 1, lines.size());
    assertTrue(lines.getFirst().startsWith("name "), lines.getFirst());
    assertTrue(
        table.out().contains(" DINOv2          88.3 MB  SHA-256           Apache-2.0"),
        table.out());
    var json = Json.MAPPER.readTree(Cli.run("weights", "list", "--json").out());
    assertEquals(WeightsCatalogue.ALL.size(), json.size());
    var first = json.path(0);
    assertEquals("deit_tiny_patch16_224.fb_in1k", first.path("name").stringValue());
    assertEquals("SHA-256 a1311bcf…", first.path("hash").stringValue());
    assertTrue(first.path("bytes").isNull());
  }

  @Test
  void aNameIsListedWithAllThatIsKnown() {
    var mae = Cli.run("weights", "list", "vit_base_patch16_224.mae").out();
    assertTrue(mae.contains("licence   CC-BY-NC-4.0: not for commercial use"), mae);
    assertTrue(
        mae.contains(
            "urls      https://dl.fbaipublicfiles.com/mae/pretrain/mae_pretrain_vit_base.pth"),
        mae);
    assertTrue(mae.contains("hash      MD5 8cad7c…\nstatedBy  facebookresearch/mae\n"), mae);
  }

  @Test
  void aFileIsDownloadedAndItsPathPrinted() throws IOException {
    try (var server = new FileServer().with("/mirror/deit_3_base_224_1k.pth", CONTENT)) {
      var got = Cli.run("weights", "get", DEIT3, "--to", folder, "--from", server.url("/mirror/"));
      var file = folder.resolve("deit_3_base_224_1k.pth");
      assertEquals(0, got.status(), got.err());
      assertEquals(file + "\n", got.out());
      assertArrayEquals(CONTENT, Files.readAllBytes(file));
      var sha256 = Sha256.ofFile(file);
      assertEquals(
          """
          %s: .pth, DeiT's names under 'model' (gamma_1, gamma_2), for model.backbone \
          deit3_base_patch16_224; licence Apache-2.0
          3 bytes, SHA-256 %s, which no public source states
          """
              .formatted(DEIT3, sha256),
          got.err());
      var again = Cli.run("weights", "get", DEIT3, "--to", folder, "--from", server.url("/x/"));
      assertEquals(file + "\n", again.out());
      assertTrue(again.err().contains("already there: 3 bytes, SHA-256 "), again.err());
      assertEquals(1, server.requests.size());
    }
  }

  @Test
  void aWrongFileIsRefusedOnOneLine() throws IOException {
    Files.write(folder.resolve("dinov2_vits14_pretrain.pth"), CONTENT);
    var got =
        Cli.run(
            "weights",
            "get",
            "vit_small_patch14_dinov2",
            "--from",
            folder,
            "--to",
            folder.resolve("to"));
    assertEquals(1, got.status());
    var line = got.err().lines().toList().getLast();
    assertTrue(
        line.startsWith("toco: error: cannot download dinov2_vits14_pretrain.pth from " + folder),
        line);
    assertTrue(line.contains("it has another file, of 3 bytes; expected 88283115"), line);
    try (var left = Files.list(folder.resolve("to"))) {
      assertEquals(0, left.count());
    }
  }

  @Test
  void wrongUsageIsNamed() {
    var unknown = Cli.run("weights", "get", "deit_base_patch16_22");
    assertEquals(1, unknown.status());
    assertTrue(
        unknown.err().contains("did you mean deit_base_patch16_224.fb_in1k;"), unknown.err());
    var several =
        Cli.run("weights", "get", DEIT3, "vit_base_patch16_224.mae", "--from", "http://h/f");
    assertEquals(2, several.status());
    assertTrue(
        several.err().contains("--from http://h/f is one file, but 2 are wanted"), several.err());
    assertEquals(2, Cli.run("weights", "get").status());
  }
}
