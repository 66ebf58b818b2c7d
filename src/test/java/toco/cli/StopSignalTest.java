package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopSignalTest {
  private static final int SIGTERM_STATUS = 128 + 15;

  @TempDir Path folder;

  @Test
  void aSignalFinishesTheStepSavesAndSaysHowToResume() throws IOException, InterruptedException {
    var run = folder.resolve("run");
    var process = start(run);
    List<String> lines;
    try (var err = process.errorReader()) {
      readUntil(err, "step 1/");
      process.toHandle().destroy(); // SIGTERM; Process.destroy() would close the streams too
      lines = err.lines().toList();
    } catch (Throwable e) {
      process.destroyForcibly();
      throw e;
    }
    assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
    assertEquals(SIGTERM_STATUS, process.exitValue());
    var last = lines.getLast();
    assertTrue(last.matches("stopped at step \\d+; resume with: toco train --resume " + run), last);
    var step = Long.parseLong(last.replaceAll("stopped at step (\\d+);.*", "$1"));
    assertTrue(
        Files.isRegularFile(run.resolve("checkpoints", "step-%06d.safetensors".formatted(step))));
  }

  private static void readUntil(BufferedReader reader, String start) throws IOException {
    var seen = new ArrayList<String>();
    for (var line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.startsWith(start)) {
        return;
      }
      seen.add(line);
    }
    throw new AssertionError("ended before '%s': %s".formatted(start, seen));
  }

  private Process start(Path run) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dtoco.library=" + System.getProperty("toco.library"),
                "-cp",
                System.getProperty("java.class.path"),
                "toco.cli.Main",
                "train",
                Path.of(System.getProperty("toco.home"), "configs", "demo.yaml").toString()));
    for (var set :
        List.of(
            "run.dir=" + run,
            "data.root=" + folder.resolve("data"),
            "data.synthetic.trainImages=4",
            "data.synthetic.valImages=1",
            "data.synthetic.testImages=1",
            "train.maxIters=100000", // far more than the test waits for
            "train.logEvery=1",
            "train.samplesPerProcess=2",
            "train.threads=1",
            "train.evalEvery=0",
            "train.overlayEvery=0")) {
      command.add("--set");
      command.add(set);
    }
    return new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }
}
