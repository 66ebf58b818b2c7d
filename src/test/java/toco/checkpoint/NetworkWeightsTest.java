package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest(scope = false)
class NetworkWeightsTest {
  private static final Config FOUR =
      Config.load(
          Path.of("configs/demo.yaml"),
          List.of(
              "model.numClasses=4",
              "data.classNames=[a, b, c]",
              "model.embedDim=24",
              "model.depth=3",
              "model.decoderChannels=8"));

  @TempDir Path folder;

  @Test
  void anotherNumberOfClassesIsNamedInsteadOfShapes() {
    var file = save(FOUR);
    try (var model =
        new Toco(FOUR.with("model.numClasses=3", "data.classNames=[a, b]").model(), Device.CPU)) {
      TestFiles.assertRefused(
          file,
          () -> NetworkWeights.load(file, model),
          "has 4 classes, background included",
          "model.numClasses is 3");
    }
  }

  @Test
  void aNetworkGetsTheWeightsOfTheFile() throws IOException {
    var file = save(FOUR);
    Rng.manualSeed(2);
    try (var model = new Toco(FOUR.model(), Device.CPU)) {
      NetworkWeights.load(file, model);
      var again = folder.resolve("again.safetensors");
      SafeTensors.write(again, model.params().all(), Map.of());
      assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again));
    }
  }

  /// Files of the published code contain the unused classifier of the encoder.
  @Test
  void filesOfThePublishedCodeLoad() {
    Rng.manualSeed(1);
    var file = folder.resolve("published.pth");
    try (var model = new Toco(FOUR.model(), Device.CPU);
        var other = new Toco(FOUR.model(), Device.CPU);
        var _ = TensorScope.open()) {
      var published = WeightsFile.asPublished(model.params().all());
      assertEquals(model.params().all().size() + 2, published.size());
      TorchPickle.write(file, published);
      NetworkWeights.load(file, other);
      var difference =
          WeightsDifference.of(
              new StateDict(file, model.params().all()), new StateDict(file, other.params().all()));
      assertTrue(difference.isEmpty(), difference::toString);
    }
  }

  /// A run of the published CoSA saves its best network next to the arguments of the run, which are
  /// objects of other classes; these are named, and no code of theirs runs.
  @Test
  void theBestNetworkOfAPublishedCosaRunLoads() {
    var file = Path.of("src/test/resources/golden-cosa/micro_best_seg.pth");
    var config =
        Config.parse(
            "",
            "micro",
            List.of(
                "model.backbone=custom",
                "model.imageSizePx=32",
                "model.patchSizePx=8",
                "model.embedDim=48",
                "model.depth=4",
                "model.numHeads=4",
                "model.numClasses=6",
                "model.decoderChannels=24",
                "data.classNames=[a, b, c, d, e]"));
    try (var model = new Toco(config.model(), Device.CPU);
        var _ = TensorScope.open()) {
      NetworkWeights.load(file, model);
      var recorded = SafeTensors.read(file.resolveSibling("micro.safetensors")).tensors();
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            if (!name.startsWith("proj_head")) {
              assertArrayEquals(
                  recorded.get("teacher." + name).toFloatArray(),
                  weight.detach().toFloatArray(),
                  name);
            }
          });
      var origin = StateDict.load(file).origin();
      assertEquals("model", origin.key());
      assertEquals("argparse.Namespace", origin.skipped().get("args"));
      assertEquals(List.of("argparse.Namespace", "pathlib.PosixPath"), origin.notExecuted());
    }
  }

  private Path save(Config config) {
    Rng.manualSeed(1);
    var file = folder.resolve("weights.safetensors");
    try (var model = new Toco(config.model(), Device.CPU)) {
      SafeTensors.write(file, model.params().all(), Map.of());
    }
    return file;
  }
}
