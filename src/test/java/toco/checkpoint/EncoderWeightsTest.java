package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The encoder is found under every prefix, and another one is named as what it is.
@TensorTest
final class EncoderWeightsTest {
  @TempDir Path folder;

  private static Map<String, Tensor> release() {
    return TorchPickle.read(golden("micro_deit_pretrained.pth"));
  }

  private static Map<String, Tensor> renamed(UnaryOperator<String> names) {
    var renamed = new LinkedHashMap<String, Tensor>();
    release().forEach((name, tensor) -> renamed.put(names.apply(name), tensor));
    return renamed;
  }

  /// Zeros with the shapes of the micro network's encoder.
  private static Map<String, Tensor> parameters() {
    var parameters = new LinkedHashMap<String, Tensor>();
    release()
        .forEach((name, tensor) -> {
          if (!name.startsWith("head.")) {
            parameters.put("encoder." + name, tensor.zerosLike());
          }
        });
    return parameters;
  }

  private Path file(Map<String, Tensor> tensors) {
    var file = folder.resolve("x.pth");
    TorchPickle.write(file, tensors);
    return file;
  }

  private String loads(Map<String, Tensor> tensors) {
    var parameters = parameters();
    var done = StateDict.loadEncoder(file(tensors), parameters, List.of());
    release()
        .forEach((name, tensor) -> {
          if (!name.startsWith("head.")) {
            assertArrayEquals(
                tensor.toFloatArray(), parameters.get("encoder." + name).toFloatArray(), name);
          }
        });
    return done;
  }

  private void refuses(Map<String, Tensor> tensors, String... words) {
    var file = file(tensors);
    assertRefused(file, () -> StateDict.loadEncoder(file, parameters(), List.of()), words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "_orig_mod.",
        "module._orig_mod.",
        "_orig_mod.module.",
        "backbone.",
        "module.backbone.",
        "model.",
        "model.encoder.",
        "net.module.",
        "teacher.backbone.",
        "_fsdp_wrapped_module.",
        "visual.trunk."
      })
  void theEncoderIsFoundUnderEveryPrefix(String prefix) {
    loads(renamed(name -> prefix + name));
  }

  @Test
  void aCompiledPartOfANetworkIsFound() {
    loads(renamed(name -> "backbone._orig_mod." + name.replace(".attn.", ".attn._orig_mod.")));
  }

  @Test
  void theTeacherIsTakenBeforeTheStudentAndNamed() {
    var both = renamed(name -> "student." + name);
    both.replaceAll((_, tensor) -> tensor.zerosLike());
    both.putAll(renamed(name -> "teacher." + name));
    var done = loads(both);
    assertTrue(done.contains("names teacher.*"), done);
    assertTrue(done.contains("skipped student.cls_token"), done);
  }

  @Test
  void theCounterOfAveragedWeightsDoesNotHideThePrefix() {
    var averaged = renamed(name -> "module." + name);
    averaged.put("n_averaged", Tensor.ones(1));
    loads(averaged);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks.0.ls1.gamma | 48 | LayerScale",
        "register_tokens | 1,4,48 | 4 register tokens",
        "blocks.0.mlp.w12.weight | 96,48 | SwiGLU",
        "blocks.0.attn.relative_position_bias_table | 7,2 | BEiT ViT/16",
        "norm_pre.weight | 48 | CLIP ViT/16",
        "blocks.0.attn.q_norm.weight | 8 | normalised queries",
      })
  void whatToCosEncoderLacksIsNamed(String name, String sizes, String words) {
    var tensors = new LinkedHashMap<>(release());
    var shape = List.of(sizes.split(",")).stream().mapToLong(Long::parseLong).toArray();
    tensors.put(name, Tensor.zeros(shape));
    refuses(tensors, words, "4 blocks, width 48", "model.encoder: script:PATH");
  }

  @Test
  void aPositionEmbeddingWithoutTheClassTokenIsNamed() {
    var tensors = new LinkedHashMap<>(release());
    tensors.put("pos_embed", Tensor.zeros(1, 16, 48));
    refuses(tensors, "no position embedding of its class token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "visual.transformer.resblocks.0.attn.in_proj_weight | a CLIP model with OpenAI's names",
        "vision_model.embeddings.class_embedding | a CLIP or SigLIP model",
        "layers.0.blocks.0.attn.relative_position_bias_table | a Swin transformer",
        "encoder.layer.0.attention.attention.query.weight | transformers' names",
        "encoder.layers.encoder_layer_0.ln_1.weight | torchvision's names",
        "backbone.layers.0.attn.qkv.weight | OpenMMLab's names",
        "layer1.0.conv1.weight | a ResNet-4",
        "stages.0.blocks.0.conv_dw.weight | a ConvNeXt",
        "lstm.weight_ih | a network of 1 tensors (lstm.weight_ih)",
      })
  void otherNetworksAreNamed(String name, String words) {
    refuses(Map.of(name, Tensor.zeros(2)), words, "timm's names", "model.encoder: script:PATH");
  }

  @Test
  void flatParametersOfFsdpAreNamed() {
    refuses(Map.of("blocks._flat_param", Tensor.zeros(2)), "flat parameters", "FULL_STATE_DICT");
  }

  /// The message names the backbone that fits.
  @Test
  void theBackboneThatFitsIsNamed() {
    var tiny = Config.defaults().with("model.backbone=deit_tiny_patch16_224");
    var early = Config.defaults().with("model.backbone=vit_small_early_patch16_224");
    try (var one = new Toco(tiny.model(), Device.CPU);
        var other = new Toco(early.model(), Device.CPU)) {
      var file = file(one.params().all());
      assertRefused(
          file,
          () -> StateDict.loadEncoder(file, other.params().all(), List.of()),
          "12 blocks, width 192, patches of 16 px, but",
          "8 blocks, width 768, patches of 16 px, MLP width 2304, no bias",
          "set model.backbone: deit_tiny_patch16_224");
    }
  }
}
