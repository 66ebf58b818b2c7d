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

  private static final List<String> PHOTO_SETTINGS =
      List.of(
          "model.backbone=custom",
          "model.pretrained=null",
          "model.frozenBlocks=0",
          "model.imageSizePx=56",
          "model.patchSizePx=14",
          "model.numHeads=3",
          "model.embedDim=24",
          "model.depth=3",
          "model.decoderChannels=8",
          "augment.cropSizePx=56",
          "train.maxIters=100000", // far more than the test waits for
          "train.logEvery=1",
          "train.samplesPerProcess=2",
          "train.threads=1");

  @TempDir Path folder;

  @Test
  void aSignalFinishesTheStepSavesAndSaysHowToResume() throws IOException, InterruptedException {
    var run = folder.resolve("run");
    var last = stop(start(List.of("train", config("demo.yaml")), settings(run)));
    assertTrue(last.matches("stopped at step \\d+; resume with: toco train --resume " + run), last);
    var step = Long.parseLong(last.replaceAll("stopped at step (\\d+);.*", "$1"));
    assertTrue(
        Files.isRegularFile(run.resolve("checkpoints", "step-%06d.safetensors".formatted(step))));
  }

  /// Only the demo writes the segmentations and the report of a run on photographs.
  @Test
  void aStoppedDemoOnPhotographsIsResumedByTheDemo() throws IOException, InterruptedException {
    var photos = Files.createDirectories(folder.resolve("pets"));
    var photo = Path.of("src/test/resources/data/photos/JPEGImages/coffee.jpg");
    for (var name : List.of("a", "b", "c")) {
      Files.copy(photo, photos.resolve(name + ".jpg"));
    }
    Files.writeString(photos.resolve("labels.csv"), "a,cat\nb,dog\nc\n");
    var command =
        List.of("demo", "--photos", photos.toString(), "--dir", folder.resolve("run").toString());
    var last = stop(start(command, PHOTO_SETTINGS));
    assertTrue(last.matches("stopped at step \\d+; resume with: the same command again"), last);
  }

  /// Sends a signal after the first step.
  ///
  /// @return the last line that the program printed
  private static String stop(Process process) throws IOException, InterruptedException {
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
    return lines.getLast();
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

  private static String config(String name) {
    return Path.of(System.getProperty("toco.home"), "configs", name).toString();
  }

  private List<String> settings(Path run) {
    return List.of(
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
        "train.overlayEvery=0");
  }

  private static Process start(List<String> command, List<String> settings) throws IOException {
    var all =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dtoco.library=" + System.getProperty("toco.library"),
                "-Dtoco.home=" + System.getProperty("toco.home"),
                "-cp",
                System.getProperty("java.class.path"),
                "toco.cli.Main"));
    all.addAll(command);
    for (var set : settings) {
      all.addAll(List.of("--set", set));
    }
    return new ProcessBuilder(all).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
  }
}
