package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.TrainedNetwork;
import toco.torch.OnAccelerator;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;
import toco.train.TinyRun;

/// What follows a run, on an accelerator: report, preview of crops, and work with its checkpoints.
@OnAccelerator
@TensorTest(scope = false)
class RunOnDeviceTest {
  private static final Pattern PICTURE = Pattern.compile("data:image/jpeg;base64,[^\"]*");

  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void train() {
    TinyRun.train(
        TinyRun.config(
            shared.resolve("run"),
            shared.resolve("data"),
            "train.device=cpu",
            "train.maxIters=4",
            "train.logEvery=1",
            "train.evalEvery=4",
            "train.checkpointEvery=2"),
        new TinyRun.Watcher());
  }

  private static String toco(Object... line) {
    var result = Cli.run(line);
    assertEquals(0, result.status(), result.err());
    return result.out();
  }

  private static String onDevice() {
    return "train.device=" + TestAccelerator.name();
  }

  /// Its numbers are those of the CPU; pictures are compressed with loss.
  @Test
  void theReport() throws IOException {
    var pages = new ArrayList<String>();
    for (var device : List.of("train.device=cpu", onDevice())) {
      var out = folder.resolve(pages.size() + ".html");
      toco("report", shared.resolve("run"), "--out", out, "--images", 2, "--set", device);
      var page = Files.readString(out);
      assertTrue(PICTURE.matcher(page).results().count() >= 12);
      pages.add(PICTURE.matcher(page).replaceAll(""));
    }
    var onCpu = pages.getFirst().lines().toList();
    var onDevice = pages.getLast().lines().toList();
    assertEquals(onCpu.size(), onDevice.size());
    for (int i = 0; i < onCpu.size(); i++) {
      boolean namesDevice = onDevice.get(i).contains(TestAccelerator.name());
      assertEquals(onCpu.get(i), namesDevice ? onCpu.get(i) : onDevice.get(i));
    }
  }

  @Test
  void thePreviewWithCropsOfACheckpoint() throws IOException {
    var checkpoint = TrainedNetwork.newestOf(shared.resolve("run"));
    for (var device : List.of("train.device=cpu", onDevice())) {
      toco(
          "data",
          "preview",
          shared.resolve("run/config.yaml"),
          "--out",
          folder.resolve(device.equals(onDevice()) ? "device" : "cpu"),
          "--samples",
          2,
          "--checkpoint",
          checkpoint,
          "--set",
          device);
    }
    SameResults.assertSameFiles(folder.resolve("cpu"), folder.resolve("device"));
  }
}
