package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.onnx.OnnxNetwork;
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

  /// In a process of its own, whose class path lacks a library.
  @Test
  void withoutOnnxRuntimeTheFileIsWrittenUnchecked() throws Exception {
    var run = tinyRun();
    var out = folder.resolve("x.onnx");
    var result =
        process("onnxruntime", List.of(), "export", "--checkpoint", run, "--format=onnx", out);
    assertEquals(0, result.status(), result.err());
    assertTrue(
        result
            .err()
            .contains(
                "wrote %s: not checked, because the library com.microsoft.onnxruntime:onnxruntime"
                    .formatted(out)),
        result.err());
    OnnxNetwork.open(out).close();
  }

  @Test
  void withoutTheLibraryForOnnxFilesNothingIsWritten() throws Exception {
    var run = tinyRun();
    var out = folder.resolve("x.onnx");
    var result = process("tribuo", List.of(), "export", "--checkpoint", run, "--format=onnx", out);
    assertEquals(1, result.status(), result.err());
    assertTrue(
        result
            .err()
            .contains(
                out + ": is not written: the library org.tribuo:tribuo-util-onnx is not there"),
        result.err());
    assertFalse(Files.exists(out));
    var script = process("tribuo", List.of(), "export", "--checkpoint", run, "--torchscript", out);
    assertEquals(0, script.status(), script.err());
  }

  @Test
  void anOnnxRuntimeThatDoesNotStartIsNamed() throws Exception {
    var run = tinyRun();
    var out = folder.resolve("x.onnx");
    var result =
        process(
            "-",
            List.of("-Djava.io.tmpdir=/nonexistent"),
            "export",
            "--checkpoint",
            run,
            "--format=onnx",
            out);
    assertEquals(1, result.status(), result.err());
    assertTrue(result.err().contains("ONNX Runtime does not start"), result.err());
    assertFalse(Files.exists(out));
  }

  private Path tinyRun() {
    var run = folder.resolve("run");
    TinyRun.train(
        TinyRun.config(run, folder.resolve("data"), "train.maxIters=1"), new TinyRun.Watcher());
    return run;
  }

  private static Cli.Result process(String missing, List<String> options, Object... command)
      throws Exception {
    var classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(place -> !place.contains(missing + "-"))
            .collect(Collectors.joining(File.pathSeparator));
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
    words.addAll(options);
    words.add("toco.cli.Main");
    for (var word : command) {
      words.add(word.toString());
    }
    var process = new ProcessBuilder(words).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli.Result(process.waitFor(), "", output);
  }
}
