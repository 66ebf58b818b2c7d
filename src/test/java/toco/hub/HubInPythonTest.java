package toco.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.PythonTorch;
import toco.checkpoint.StateDict;
import toco.checkpoint.TrainedNetwork;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// Python's safetensors and huggingface_hub read a folder that was written; skipped where they are
/// not installed.
@TensorTest
class HubInPythonTest {
  @TempDir private Path folder;

  @Test
  void pythonAcceptsWeightsAndCard() throws IOException, InterruptedException, URISyntaxException {
    var config = TinyRun.config(folder.resolve("run"), folder.resolve("data"), "train.maxIters=2");
    var checkpoint = TinyRun.train(config, new TinyRun.Watcher()).checkpoint();
    var out = folder.resolve("my model");
    try (var network = TrainedNetwork.load(checkpoint, config, Device.CPU)) {
      HubExport.write(out, network, "apache-2.0");
    }
    var read = PythonTorch.runWith("safetensors.numpy,huggingface_hub", "read_hub.py", out);
    var lines = read.lines().toList();
    var weights = StateDict.load(checkpoint).tensors();
    long numbers = weights.values().stream().mapToLong(Tensor::numel).sum();
    assertEquals("%s %s".formatted(weights.size(), numbers), lines.getFirst());
    assertEquals("image-segmentation toco apache-2.0 my model", lines.get(1));
    assertTrue(lines.get(2).startsWith("image-segmentation synthetic val mean_iou 0."), read);
  }
}
