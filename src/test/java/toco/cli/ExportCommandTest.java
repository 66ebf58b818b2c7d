package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void theFormatIsAnOptionAndItsPlaceAParameter() {
    var run = folder.resolve("run");
    TinyRun.train(
        TinyRun.config(run, folder.resolve("data"), "train.maxIters=2"), new TinyRun.Watcher());
    for (var format : List.of("TorchScript", "onnx")) {
      var out = folder.resolve(format);
      var done = Cli.run("export", "--checkpoint", run, "--format", format, out);
      assertEquals(0, done.status(), done.err());
      assertTrue(done.err().contains("wrote " + out + ": outputs differ"), done.err());
      assertTrue(Files.exists(out));
    }
  }

  @Test
  void aFormatNeedsAPlaceAndThePlaceAFormat() {
    assertUsage("OUT", "export", "--checkpoint", "x", "--format", "torchscript");
    assertUsage("--format", "export", "--checkpoint", "x", "x.ts");
    assertUsage("--torchscript", "export", "--checkpoint", "x");
    assertUsage(
        "expected torchscript", "export", "--checkpoint", "x", "--format", "mlmodel", "x.ts");
    assertUsage(
        "mutually exclusive",
        "export",
        "--checkpoint",
        "x",
        "--torchscript",
        "x.ts",
        "--format",
        "torchscript",
        "y.ts");
  }

  private static void assertUsage(String expected, Object... command) {
    var refused = Cli.run(command);
    assertEquals(2, refused.status());
    assertTrue(refused.err().contains(expected), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
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
