package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.train.TinyRun;

class ExportCommandTest {
  @TempDir private Path folder;

  @Test
  void aRunAndItsCheckpointAreExported() {
    var run = folder.resolve("run");
    TinyRun.train(
        TinyRun.config(run, folder.resolve("data"), "train.maxIters=2"), new TinyRun.Watcher());
    for (var from : new Path[] {run, run.resolve("checkpoints/step-000002.safetensors")}) {
      var out = folder.resolve("x.ts");
      var done = Cli.run("export", "--checkpoint", from, "--torchscript", out);
      assertEquals(0, done.status(), done.err());
      assertTrue(done.err().contains("wrote " + out), done.err());
      assertTrue(Files.exists(out));
    }
  }

  @Test
  void weightsWithoutAConfigurationNeedOne() {
    var out = folder.resolve("x.ts");
    var refused =
        Cli.run(
            "export",
            "--checkpoint",
            "src/test/resources/golden/micro.safetensors",
            "--torchscript",
            out);
    assertEquals(2, refused.status());
    assertTrue(refused.err().contains("contains no configuration; add --config CONFIG"));
    assertFalse(Files.exists(out));
  }
}
