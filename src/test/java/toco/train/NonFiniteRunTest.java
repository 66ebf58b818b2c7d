package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.checkpoint.Checkpoint;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A run that diverges ends with a message, and what it leaves can be resumed: every checkpoint is
/// finite, and the newest still gives a finite loss.
class NonFiniteRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "1e6,float32",
    "1e20,float32",
    "1e38,float32",
    "1e6,bfloat16",
    "1e20,bfloat16",
    "1e38,bfloat16"
  })
  void aRunThatDivergesCanBeResumedFromWhatItLeaves(String lr, String precision)
      throws IOException {
    long live = LibTorch.liveTensors();
    var run = folder.resolve("run");
    var config =
        TinyRun.config(
            run,
            folder.resolve("data"),
            "train.maxIters=12",
            "train.checkpointEvery=1",
            "train.precision=" + precision,
            "optim.lr=" + lr);
    var e =
        assertThrows(TrainingException.class, () -> TinyRun.train(config, new TinyRun.Watcher()));
    assertEquals(live, LibTorch.liveTensors());

    Path newest;
    try (var _ = TensorScope.open()) {
      var found = Checkpoint.latest(run).orElseThrow();
      newest = found.file();
      for (var file : checkpoints(run)) {
        var saved = Checkpoint.load(file);
        requireFinite(file, saved.model());
        requireFinite(file, saved.optimizer());
      }
    }
    assertTrue(e.getMessage().contains(newest.toString()), e.getMessage());
    assertTrue(e.getMessage().contains("optim.lr"), e.getMessage());

    var lower = List.of("optim.lr=1e-4");
    try (var trainer = Trainer.resume(run, lower, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
  }

  /// Weights may overflow in the very update, from a finite loss and a finite gradient: the last
  /// step has no loss after it that would show them.
  @Test
  void weightsThatOverflowInTheLastUpdateAreNotSaved() throws IOException {
    var run = folder.resolve("run");
    var config =
        TinyRun.config(
            run,
            folder.resolve("data"),
            "train.maxIters=1",
            "train.warmupIters=0",
            "optim.weightDecay=1e3",
            "optim.lr=1e38");
    var e =
        assertThrows(TrainingException.class, () -> TinyRun.train(config, new TinyRun.Watcher()));
    assertTrue(e.getMessage().contains("step-000000"), e.getMessage());
    assertEquals(1, checkpoints(run).size());
  }

  private static List<Path> checkpoints(Path run) throws IOException {
    try (var files = Files.list(run.resolve("checkpoints"))) {
      return files.sorted().toList();
    }
  }

  private static void requireFinite(Path file, Map<String, Tensor> tensors) {
    tensors.forEach((name, tensor) -> {
      for (float value : tensor.toFloatArray()) {
        assertTrue(Float.isFinite(value), () -> file + ": " + name + " holds " + value);
      }
    });
  }
}
