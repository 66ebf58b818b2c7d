package toco.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.StateDict;
import toco.checkpoint.TrainedNetwork;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// Python's safetensors and huggingface_hub read a folder that was written; skipped where they are
/// not installed. The environment variable `TOCO_PYTHON` names the interpreter.
@TensorTest
class HubInPythonTest {
  @TempDir private Path folder;

  private static final String PYTHON =
      """
      import sys, json
      from safetensors import safe_open
      from safetensors.numpy import load_file
      from huggingface_hub import ModelCard, ModelCardData, EvalResult
      folder = sys.argv[1]
      with safe_open(folder + "/model.safetensors", "numpy") as f:
          assert f.metadata() == {"format": "pt"}, f.metadata()
      weights = load_file(folder + "/model.safetensors")
      card = ModelCard.load(folder + "/README.md")
      data = card.data
      assert isinstance(data, ModelCardData)
      print(len(weights), sum(w.size for w in weights.values()))
      print(data.pipeline_tag, data.library_name, data.license, data.model_name)
      for r in data.eval_results:
          assert isinstance(r, EvalResult)
          print(r.task_type, r.dataset_type, r.dataset_split, r.metric_type, repr(r.metric_value))
      again = ModelCard(str(card))
      assert again.data.to_dict() == data.to_dict()
      """;

  @Test
  void pythonAcceptsWeightsAndCard() throws IOException, InterruptedException {
    var interpreter = System.getenv().getOrDefault("TOCO_PYTHON", "python3");
    assumeTrue(
        python(interpreter, "import safetensors.numpy, huggingface_hub", "").status() == 0,
        interpreter + " has no safetensors, numpy and huggingface_hub");
    var config = TinyRun.config(folder.resolve("run"), folder.resolve("data"), "train.maxIters=2");
    var checkpoint = TinyRun.train(config, new TinyRun.Watcher()).checkpoint();
    var out = folder.resolve("my model");
    try (var network = TrainedNetwork.load(checkpoint, config, Device.CPU)) {
      HubExport.write(out, network, "apache-2.0");
    }
    var read = python(interpreter, PYTHON, out.toString());
    assertEquals(0, read.status(), read.out());
    var lines = read.out().lines().toList();
    var weights = StateDict.load(checkpoint).tensors();
    long numbers = weights.values().stream().mapToLong(Tensor::numel).sum();
    assertEquals("%s %s".formatted(weights.size(), numbers), lines.getFirst());
    assertEquals("image-segmentation toco apache-2.0 my model", lines.get(1));
    assertTrue(lines.get(2).startsWith("image-segmentation synthetic val mean_iou 0."), read.out());
  }

  private record Output(int status, String out) {}

  private static Output python(String interpreter, String script, String argument)
      throws IOException, InterruptedException {
    try {
      var process =
          new ProcessBuilder(interpreter, "-c", script, argument).redirectErrorStream(true).start();
      var out = new String(process.getInputStream().readAllBytes());
      return new Output(process.waitFor(), out);
    } catch (IOException e) {
      return new Output(-1, e.toString());
    }
  }
}
