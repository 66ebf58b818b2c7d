package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest
final class StateDictTest {
  @TempDir Path folder;

  /// Parameters with the shapes of the micro network, all zero.
  private static Map<String, Tensor> parameters() {
    var parameters = new LinkedHashMap<String, Tensor>();
    try (var inner = TensorScope.open()) {
      SafeTensors.read(golden("micro.safetensors"))
          .tensors()
          .forEach((name, tensor) ->
              parameters.put(name, inner.keep(tensor.zerosLike().requiresGrad_(true))));
    }
    return parameters;
  }

  @ParameterizedTest
  @ValueSource(strings = {"micro.safetensors", "micro.pth", "micro_legacy.pth"})
  void everyFormatFillsEveryParameter(String file) {
    var parameters = parameters();
    StateDict.load(golden(file)).into(parameters);
    SafeTensors.read(golden("micro.safetensors"))
        .tensors()
        .forEach((name, tensor) ->
            assertArrayEquals(tensor.toFloatArray(), parameters.get(name).toFloatArray(), name));
    assertTrue(parameters.get("classifier.weight").requiresGrad());
  }

  @Test
  void theFormatIsDetectedFromTheContent() throws IOException {
    var renamed = Files.copy(golden("micro.pth"), folder.resolve("weights.safetensors"));
    assertTrue(StateDict.load(renamed).tensors().containsKey("classifier.weight"));
  }

  @Test
  void missingUnexpectedAndMismatchedAreListedAndNothingIsCopied() {
    var parameters = parameters();
    parameters.remove("classifier.weight");
    parameters.put("extra.bias", Tensor.zeros(3));
    parameters.put("decoder.conv8.weight", Tensor.zeros(21, 24, 1, 1));
    var file = golden("micro.pth");
    assertRefused(
        file,
        () -> StateDict.load(file).into(parameters),
        "1 missing in the file: extra.bias;",
        "1 unexpected in the file: classifier.weight;",
        "1 of another shape or kind: decoder.conv8.weight (expected [21, 24, 1, 1], got [9, 24, 1,"
            + " 1]);");
    parameters.values().forEach(parameter -> assertEquals(0, parameter.abs().sum().item()));
  }

  @Test
  void longListsAreCutAfterTen() {
    var file = golden("micro.safetensors");
    assertRefused(file, () -> StateDict.load(file).into(Map.of()), "75 unexpected", ", …;");
  }

  @Test
  void ignoredNamesAreSkipped() {
    var parameters = parameters();
    parameters.keySet().removeIf(name -> name.startsWith("proj_head"));
    StateDict.load(golden("micro.pth")).into(parameters, name -> name.startsWith("proj_head"));
    assertTrue(parameters.get("classifier.weight").abs().sum().item() > 0);
  }

  @Test
  void halfPrecisionWeightsLoadButIntegersDoNot() {
    var file = folder.resolve("x.safetensors");
    SafeTensors.write(file, Map.of("w", Tensor.ones(2).to(DType.BFLOAT16)), Map.of());
    var w = Tensor.zeros(2);
    StateDict.load(file).into(Map.of("w", w));
    assertArrayEquals(new float[] {1, 1}, w.toFloatArray());
    SafeTensors.write(file, Map.of("w", Tensor.ones(2).to(DType.INT64)), Map.of());
    assertRefused(
        file, () -> StateDict.load(file).into(Map.of("w", w)), "w (expected float32, got int64)");
  }

  @Test
  void theEncoderOfAReleaseLoadsWithoutItsHead() {
    var parameters = parameters();
    var done = StateDict.loadEncoder(golden("micro_deit_pretrained.pth"), parameters, List.of());
    assertTrue(done.contains("skipped: head (head.weight, head.bias)"), done);
    assertFalse(done.contains("resized"), done);
    SafeTensors.read(golden("micro.safetensors"))
        .tensors()
        .forEach((name, tensor) -> {
          var parameter = parameters.get(name);
          if (name.startsWith("encoder.")) {
            assertArrayEquals(tensor.toFloatArray(), parameter.toFloatArray(), name);
          } else {
            assertEquals(0, parameter.abs().sum().item(), name);
          }
        });
  }

  @Test
  void anEncoderLoadsFromAWholeNetwork() {
    var parameters = parameters();
    var done = StateDict.loadEncoder(golden("micro.pth"), parameters, List.of());
    assertTrue(done.contains("skipped: ") && done.contains("head (18 tensors: proj_head."), done);
    assertTrue(parameters.get("encoder.norm.weight").abs().sum().item() > 0);
    assertEquals(0, parameters.get("classifier.weight").abs().sum().item());
  }

  /// The grid is resampled as in every forward pass of the network; the row of the class token is
  /// copied.
  @Test
  void aPositionEmbeddingOfAnotherGridIsResizedBicubically() {
    var parameters = parameters();
    parameters.put("encoder.pos_embed", Tensor.zeros(1, 1 + 36, 48));
    var done = StateDict.loadEncoder(golden("micro_deit_pretrained.pth"), parameters, List.of());
    assertTrue(done.contains("resized from 4×4 to 6×6"), done);
    var got = parameters.get("encoder.pos_embed");
    var source = SafeTensors.read(golden("micro.safetensors")).tensors().get("encoder.pos_embed");
    assertArrayEquals(source.select(1, 0).toFloatArray(), got.select(1, 0).toFloatArray());
    var grid = source.slice(1, 1, 17).reshape(4, 4, 48).permute(2, 0, 1).unsqueeze(0);
    var expected =
        grid.interpolate(6, 6, Interpolation.BICUBIC).squeeze(0).permute(1, 2, 0).reshape(36, 48);
    assertArrayEquals(expected.toFloatArray(), got.slice(1, 1, 37).reshape(36, 48).toFloatArray());
  }

  @Test
  void anEncoderOfAnotherSizeIsRefused() {
    var parameters = parameters();
    parameters.put("encoder.norm.weight", Tensor.zeros(64));
    parameters.put("encoder.pos_embed", Tensor.zeros(1, 1 + 34, 48));
    var file = golden("micro_deit_pretrained.pth");
    assertRefused(
        file,
        () -> StateDict.loadEncoder(file, parameters, List.of()),
        "2 of another shape",
        "encoder.norm.weight (expected [64], got [48])");
  }

  /// DINO: a teacher with a prefixed encoder and a projection head.
  @Test
  void anEncoderInsideWrappersAndPrefixesLoads() throws IOException {
    var release = TorchPickle.read(golden("micro_deit_pretrained.pth"));
    var named = new LinkedHashMap<String, Tensor>();
    release.forEach(
        (name, tensor) -> named.put(name.startsWith("head.") ? name : "backbone." + name, tensor));
    var file = folder.resolve("dino.pth");
    TorchPickle.write(file, named);
    var parameters = parameters();
    var done = StateDict.loadEncoder(file, parameters, List.of());
    assertTrue(done.contains("skipped: head (head.weight"), done);
    assertSameEncoder(parameters);
  }

  /// MAE: the file also has the decoder used for pre-training.
  @Test
  void thePretrainingDecoderOfMaeIsSkipped() {
    var named = new LinkedHashMap<>(TorchPickle.read(golden("micro_deit_pretrained.pth")));
    named.keySet().removeIf(name -> name.startsWith("head."));
    named.put("mask_token", Tensor.zeros(1, 1, 48));
    named.put("decoder_embed.weight", Tensor.zeros(2, 48));
    named.put("decoder_blocks.0.norm1.weight", Tensor.zeros(2));
    var file = folder.resolve("mae.pth");
    TorchPickle.write(file, named);
    var parameters = parameters();
    var done = StateDict.loadEncoder(file, parameters, List.of());
    assertTrue(done.contains("skipped: decoder (decoder_embed.weight, "), done);
    assertSameEncoder(parameters);
  }

  @Test
  void rulesRenameWeightsInTheirOrder() {
    var named = new LinkedHashMap<String, Tensor>();
    TorchPickle.read(golden("micro_deit_pretrained.pth"))
        .forEach((name, tensor) -> named.put("visual." + name.replace("blocks.", "layer"), tensor));
    var file = folder.resolve("renamed.safetensors");
    SafeTensors.write(file, named, Map.of());
    var parameters = parameters();
    var rules =
        Config.defaults().with("model.pretrainedKeys=['^visual\\.->', 'layer(\\d+)->blocks.$1']");
    var done = StateDict.loadEncoder(file, parameters, rules.model().keyRules());
    assertTrue(done.contains("skipped: head (head.weight"), done);
    assertSameEncoder(parameters);
    var both = Config.defaults().with("model.pretrainedKeys=['^.* -> x']").model().keyRules();
    assertRefused(file, () -> StateDict.loadEncoder(file, parameters, both), "two weights", "'x'");
  }

  private static void assertSameEncoder(Map<String, Tensor> parameters) {
    SafeTensors.read(golden("micro.safetensors"))
        .tensors()
        .forEach((name, tensor) -> {
          if (name.startsWith("encoder.")) {
            assertArrayEquals(tensor.toFloatArray(), parameters.get(name).toFloatArray(), name);
          }
        });
  }

  @Test
  void anEncoderOfAnotherArchitectureIsDescribed() {
    var parameters = parameters();
    parameters.put("encoder.patch_embed.proj.weight", Tensor.zeros(768, 3, 32, 32));
    parameters.put("encoder.dist_token", Tensor.zeros(1, 1, 768));
    var file = golden("micro_deit_pretrained.pth");
    assertRefused(
        file,
        () -> StateDict.loadEncoder(file, parameters, List.of()),
        "width 48, patches of 16 px",
        "width 768, patches of 32 px and a distillation token",
        "model.backbone");
  }

  @Test
  void anImageIsNotAFileOfWeights() {
    var picture = TestFiles.resource("data/photos/JPEGImages/astronaut.jpg");
    assertRefused(picture, () -> StateDict.load(picture), "expected weights", "JPEG picture");
  }
}
