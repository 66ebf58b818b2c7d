package toco.checkpoint;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.model.MoreNetwork;
import toco.model.PositionEmbedding;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class ClassTokenWeightsTest {
  private static final int REGISTERS = MoreNetwork.REGISTERS;
  @TempDir private Path folder;

  /// A network's configuration with so many classes.
  private static Config config(int classes, String... overrides) {
    var names = IntStream.range(0, classes).mapToObj(k -> "class" + k).toList();
    return SmallNetwork.CONFIG
        .with("model.numClasses=" + (classes + 1), "data.classNames=" + names)
        .with(overrides);
  }

  /// The encoder of a network with one class token, in timm's form with a head.
  private Path oneTokenFile(String... overrides) {
    Rng.manualSeed(7);
    try (var model = new Toco(SmallNetwork.CONFIG.with(overrides).model(), Device.CPU)) {
      var weights = new LinkedHashMap<String, Tensor>();
      model
          .params()
          .all()
          .forEach((name, weight) -> {
            if (name.startsWith("encoder.")) {
              weights.put(name.substring("encoder.".length()), weight.detach().clone());
            }
          });
      weights.put("head.weight", Tensor.randn(10, 16));
      weights.put("head.bias", Tensor.randn(10));
      var file = folder.resolve("vit.safetensors");
      SafeTensors.write(file, weights, Map.of());
      return file;
    }
  }

  private static double difference(Tensor a, Tensor b) {
    assertEquals(a.shape(), b.shape());
    return a.sub(b).abs().amax().item();
  }

  /// For numbers of classes at which the rows of the position embedding could be taken for a square
  /// grid with fewer class tokens too: 4 + 5 + 4² = 5², 4 + 6 + 4² = 1 + 5².
  @ParameterizedTest
  @CsvSource({"3, 32", "5, 32", "6, 32", "20, 32", "3, 48", "6, 48"})
  void everyClassTokenStartsAsThePretrainedOne(int classes, int imagePx) {
    var file = oneTokenFile();
    var pretrained = SafeTensors.read(file).tensors();
    var config = config(classes, "model.imageSizePx=" + imagePx);
    try (var model = new MoreNetwork(config.model(), Device.CPU)) {
      var head = requireNonNull(model.params().all().get("encoder.head.weight")).clone();
      var log = StateDict.loadEncoder(file, model.params().all(), config.model());
      assertTrue(log.contains("encoder loaded"), log);
      int tokens = REGISTERS + classes;
      var all = model.params().all();
      var token = requireNonNull(all.get("encoder.cls_token"));
      assertEquals(
          0, difference(requireNonNull(pretrained.get("cls_token")).expand(1, tokens, -1), token));
      var stored = requireNonNull(pretrained.get("pos_embed"));
      var positions = requireNonNull(all.get("encoder.pos_embed"));
      assertEquals(
          0,
          difference(
              stored.slice(1, 0, 1).expand(1, classes, -1), positions.slice(1, REGISTERS, tokens)));
      int grid = imagePx / 8;
      var patches =
          PositionEmbedding.resampleAbsPosEmbed(stored, 1, grid, grid).slice(1, 1, Long.MAX_VALUE);
      assertTrue(difference(patches, positions.slice(1, tokens, Long.MAX_VALUE)) < 1e-6);
      assertEquals(0, difference(head, requireNonNull(all.get("encoder.head.weight"))));
    }
  }

  /// Standard deviation 1 before the cut at ±2, 0.88 after it; no value is moved to ±2.
  @Test
  void registersHaveRandomPositions() {
    var file = oneTokenFile();
    var config = config(20);
    var drawn = new ArrayList<Tensor>();
    for (int i = 0; i < 20; i++) {
      try (var model = new MoreNetwork(config.model(), Device.CPU)) {
        var _ = StateDict.loadEncoder(file, model.params().all(), config.model());
        drawn.add(
            requireNonNull(model.params().all().get("encoder.pos_embed"))
                .detach()
                .slice(1, 0, REGISTERS)
                .clone());
      }
    }
    var values = Tensor.cat(drawn, 0);
    assertEquals(0, values.mean().item(), 0.1);
    assertEquals(0.88, values.std(new long[] {0, 1, 2}, true, false).item(), 0.05);
    assertTrue(values.abs().amax().item() <= 2);
    assertEquals(0, values.abs().ge(1.9999).sum().itemLong());
  }

  @Test
  void aDistillationTokenKeepsItsPlace() {
    var file = oneTokenFile("model.distilled=true");
    var stored = requireNonNull(SafeTensors.read(file).tensors().get("pos_embed"));
    var config = config(3, "model.distilled=true");
    try (var model = new MoreNetwork(config.model(), Device.CPU)) {
      var _ = StateDict.loadEncoder(file, model.params().all(), config.model());
      var positions = requireNonNull(model.params().all().get("encoder.pos_embed"));
      assertEquals(0, difference(stored.slice(1, 1, 18), positions.slice(1, 7, 24)));
    }
  }

  /// A file of MoRe's own gives its class tokens as they are.
  @Test
  void anEncoderWithAsManyClassTokensIsTaken() {
    var config = config(6);
    var file = folder.resolve("more.safetensors");
    try (var trained = new MoreNetwork(config.model(), Device.CPU);
        var model = new MoreNetwork(config.model(), Device.CPU)) {
      SafeTensors.write(file, trained.params().all(), Map.of());
      var _ = StateDict.loadEncoder(file, model.params().all(), config.model());
      for (var name : List.of("encoder.cls_token", "encoder.pos_embed", "encoder.norm.weight")) {
        assertEquals(
            0,
            difference(
                requireNonNull(trained.params().all().get(name)),
                requireNonNull(model.params().all().get(name))));
      }
      NetworkWeights.load(file, model);
      assertEquals(
          0,
          difference(
              requireNonNull(trained.params().all().get("graph_layer.norm.bias")),
              requireNonNull(model.params().all().get("graph_layer.norm.bias"))));
      SafeTensors.write(file, trained.inferenceWeights(), Map.of());
      NetworkWeights.load(file, model); // exported files lack the unused layers
    }
  }

  @Test
  void anEncoderWithOtherClassTokensIsRefused() {
    var file = folder.resolve("more.safetensors");
    try (var trained = new MoreNetwork(config(6).model(), Device.CPU);
        var other = new MoreNetwork(config(3).model(), Device.CPU);
        var toco = new Toco(config(6).model(), Device.CPU)) {
      SafeTensors.write(file, trained.params().all(), Map.of());
      for (var model : List.of(other, toco)) {
        var e =
            assertThrows(
                CheckpointException.class,
                () -> StateDict.loadEncoder(file, model.params().all(), List.of()));
        var message = requireNonNull(e.getMessage());
        assertTrue(message.contains("encoder.cls_token (expected [1, "), message);
      }
    }
  }

  @Test
  void aNetworkOfManyClassTokensIsNotExported() {
    var out = folder.resolve("more.pt");
    try (var model = new MoreNetwork(config(3).model(), Device.CPU)) {
      var e =
          assertThrows(
              CheckpointException.class, () -> TorchScriptExport.write(out, model, config(3)));
      assertTrue(requireNonNull(e.getMessage()).contains("is not written: MoRe's"), e.getMessage());
    }
    assertFalse(Files.exists(out));
  }
}
