package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.checkpoint.Checkpoint;
import toco.config.Overrides;
import toco.config.TrainConfig;
import toco.distributed.World;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A run of two processes with two samples each, resumed on one.
class ResumptionTest {
  @TempDir Path folder;

  private TrainConfig resumed(Overrides overrides) throws Exception {
    var run = Files.createDirectories(folder.resolve("run"));
    try (var _ = TensorScope.open()) {
      var config = TinyRun.config(run, folder.resolve("data"), "train.samplesPerProcess=2");
      var weights = Map.of("weight", Tensor.full(1, DType.FLOAT32, Device.CPU));
      new Checkpoint(
              weights, Map.of(), Map.of(), Map.of(), 1, 2, config.toYaml(), LibTorch.version())
          .saveToRun(run, 1);
      return Resumption.of(run, overrides, World.single(), new TinyRun.Watcher()).config().train();
    }
  }

  @Test
  void theSamplesOfAStepStayTheSame() throws Exception {
    assertEquals(4, resumed(Overrides.NONE).samplesPerProcess());
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s=3", "%s =3", " %s = 3 "})
  void samplesThatAreSetAreTakenAsTheyAre(String form) throws Exception {
    var text = form.formatted("train.samplesPerProcess");
    assertEquals(3, resumed(Overrides.parse(List.of(text))).samplesPerProcess());
  }
}
