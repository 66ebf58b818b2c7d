package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The same weights under every publisher's names load as the same parameters, and each weight of a
/// file is used or listed.
@TensorTest
final class EncoderLayoutTest {
  @TempDir Path folder;

  private static Map<String, Tensor> plain() {
    return PublishedNames.random(false, false, 0, 1, true);
  }

  private static Map<String, Tensor> dinov2() {
    return PublishedNames.random(true, false, 0, 1, true);
  }

  private static Map<String, Tensor> registers() {
    return PublishedNames.random(true, false, 4, 0, true);
  }

  private static Map<String, Tensor> clip() {
    return PublishedNames.random(false, true, 0, 1, true);
  }

  /// DINOv3: queries and values have a bias.
  private static Map<String, Tensor> dinov3() {
    var weights = PublishedNames.random(true, false, 4, 0, false);
    var split = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, tensor) -> {
      if (name.endsWith("qkv.bias")) {
        split.put(name.replace("qkv.bias", "q_bias"), tensor.slice(0, 0, 32).contiguous());
        split.put(name.replace("qkv.bias", "v_bias"), tensor.slice(0, 64, 96).contiguous());
      } else {
        split.put(name, tensor);
      }
    });
    return split;
  }

  private Path file(PublishedNames published) {
    var file = folder.resolve("x.safetensors");
    var contiguous = new LinkedHashMap<String, Tensor>();
    published.weights().forEach((name, tensor) -> contiguous.put(name, tensor.contiguous()));
    SafeTensors.write(file, contiguous, Map.of());
    return file;
  }

  private static Map<String, Tensor> parameters(Map<String, Tensor> timms) {
    var parameters = new LinkedHashMap<String, Tensor>();
    timms.forEach((name, tensor) -> parameters.put("encoder." + name, tensor.zerosLike()));
    return parameters;
  }

  /// Loads the file into a network of the shapes of timm's weights and compares.
  ///
  /// @return the summary for the log
  private String loads(Map<String, Tensor> timms, PublishedNames published) {
    var parameters = parameters(timms);
    var done = StateDict.loadEncoder(file(published), parameters, List.of());
    timms.forEach((name, tensor) ->
        assertArrayEquals(
            tensor.toFloatArray(), parameters.get("encoder." + name).toFloatArray(), 1e-6f, name));
    return done;
  }

  private void refuses(Map<String, Tensor> timms, PublishedNames published, String... words) {
    var file = file(published);
    var parameters = parameters(timms);
    assertRefused(file, () -> StateDict.loadEncoder(file, parameters, List.of()), words);
    parameters.values().forEach(tensor -> assertFalse(tensor.abs().sum().item() > 0));
  }

  private static void says(String done, String... words) {
    for (var word : words) {
      assertTrue(done.contains(word), done);
    }
  }

  /// `encoder.layer.0` is not ToCo's own `encoder.`: the embeddings would be left out.
  @ParameterizedTest
  @ValueSource(strings = {"", "dinov2.", "model.", "backbone.dinov2."})
  void dinov2OfTransformers(String prefix) {
    var timms = dinov2();
    says(
        loads(timms, PublishedNames.of(timms).dinov2().prefixed(prefix)),
        "transformers' names",
        "mask token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "vit.", "deit."})
  void vitOfTransformers(String prefix) {
    var timms = plain();
    var published = PublishedNames.of(timms).vit().with("pooler.dense.weight", 32, 32);
    says(
        loads(timms, published.prefixed(prefix).with("classifier.weight", 10, 32)),
        "pooler (%spooler.dense.weight)".formatted(prefix),
        "head (classifier.weight)");
  }

  @Test
  void distilledDeitOfTransformers() {
    var timms = plain();
    timms.put("dist_token", Tensor.randn(1, 1, 32));
    timms.put("pos_embed", Tensor.randn(1, 11, 32));
    loads(timms, PublishedNames.of(timms).vit());
  }

  @Test
  void maeOfTransformersWithItsDecoder() {
    var timms = plain();
    var published = PublishedNames.of(timms).vit().prefixed("vit.");
    published.with("decoder.mask_token", 1, 1, 16);
    published.with("decoder.decoder_pos_embed", 1, 10, 16);
    published.with("decoder.decoder_layers.0.layernorm_before.weight", 16);
    says(loads(timms, published), "decoder (decoder.mask_token, ");
  }

  /// The names that transformers 5 has in memory.
  @Test
  void namesOfTransformersInMemory() {
    var two = dinov2();
    loads(
        two,
        PublishedNames.of(two)
            .dinov2()
            .renamed(
                "(.*)attention.attention.(q|k|v)(uery|ey|alue)", "$1attention.$2_proj",
                "(.*)attention.output.dense", "$1attention.o_proj"));
    var one = plain();
    loads(
        one,
        PublishedNames.of(one)
            .vit()
            .renamed(
                "encoder.layer.(\\d+).attention.attention.(q|k|v)(uery|ey|alue)",
                    "layers.$1.attention.$2_proj",
                "encoder.layer.(\\d+).attention.output.dense", "layers.$1.attention.o_proj",
                "encoder.layer.(\\d+).intermediate.dense", "layers.$1.mlp.fc1",
                "encoder.layer.(\\d+).output.dense", "layers.$1.mlp.fc2",
                "encoder.layer", "layers"));
    var three = dinov3();
    loads(three, PublishedNames.of(three).dinov3().renamed("layer", "model.layer"));
  }

  /// Registers: the row of the class token is folded into it, as timm's files have it.
  @Test
  void theClassTokensPositionIsFolded() {
    var timms = registers();
    loads(timms, PublishedNames.of(timms).withClassRow().dinov2());
    var original = PublishedNames.of(timms).withClassRow().renamed("reg_token", "register_tokens");
    loads(timms, original.with("mask_token", 1, 32));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "vision_model."})
  void clipOfTransformers(String prefix) {
    var timms = clip();
    var published = PublishedNames.of(timms).clip().put("embeddings.position_ids", Tensor.ones(10));
    published = published.prefixed(prefix);
    published.with("text_model.encoder.layers.0.layer_norm1.weight", 16);
    published.with("text_model.embeddings.position_embedding.weight", 6, 16);
    published.with("visual_projection.weight", 24, 32).with("logit_scale");
    var done = loads(timms, published);
    says(done, "constants that are computed", "projection", "logit_scale");
    says(done, "text tower (text_model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "visual.", "model.visual."})
  void clipOfOpenAi(String prefix) {
    var timms = clip();
    var published = PublishedNames.of(timms).openAi().prefixed(prefix).to(DType.FLOAT32);
    if (!prefix.isEmpty()) {
      published.with("transformer.resblocks.0.attn.in_proj_weight", 24, 8);
      published.with("positional_embedding", 6, 8).with("token_embedding.weight", 20, 8);
    }
    var done = loads(timms, published);
    says(done, "OpenAI's names", "projection to the text's space (%sproj)".formatted(prefix));
    assertTrue(prefix.isEmpty() || done.contains("text tower (transformer"), done);
  }

  @Test
  void openClipWithLayerScale() {
    var timms = PublishedNames.random(true, true, 0, 1, true);
    loads(timms, PublishedNames.of(timms).openAi().prefixed("visual."));
  }

  @Test
  void dinov3OfTransformersAndTimm() {
    var timms = dinov3();
    loads(timms, PublishedNames.of(timms).dinov3());
    loads(timms, PublishedNames.of(timms).renamed("(blocks.\\d+).ls([12]).gamma", "$1.gamma_$2"));
  }

  @Test
  void deitIiiOfItsRepository() {
    var timms = PublishedNames.random(true, false, 0, 0, true);
    var names = PublishedNames.of(timms).renamed("(blocks.\\d+).ls([12]).gamma", "$1.gamma_$2");
    says(loads(timms, names.with("head.weight", 10, 32)), "head (head.weight)");
  }

  /// Numbers of the masked key bias do not count.
  @Test
  void dinov3OfMeta() {
    var timms = dinov3();
    var names = PublishedNames.of(timms).renamed("reg_token", "storage_tokens");
    var mask = Tensor.cat(List.of(Tensor.ones(32), Tensor.zeros(32), Tensor.ones(32)), 0);
    for (int i = 0; i < 5; i++) {
      var attention = "blocks.%s.attn.".formatted(i);
      var q = timms.get(attention + "q_bias");
      var v = timms.get(attention + "v_bias");
      names.put(attention + "qkv.bias", Tensor.cat(List.of(q, Tensor.randn(32), v), 0));
      names.put(attention + "qkv.bias_mask", mask.clone());
    }
    names.without(".*\\.[qv]_bias").with("rope_embed.periods", 2);
    names.with("mask_token", 1, 32).with("local_cls_norm.weight", 32);
    says(
        loads(timms, names),
        "constants that are computed (rope_embed.periods)",
        "norm of local crops");
  }

  /// Without rotary positions the softmax cancels a bias of keys; with them it would change
  /// results, so that a network without must not take it.
  @Test
  void aBiasOfKeysIsNotDropped() {
    var timms = dinov3();
    var names = PublishedNames.of(PublishedNames.random(true, false, 4, 0, false));
    refuses(timms, names, "DINOv3", "no bias of keys", "registerTokens: 4, ");
  }

  /// A network of DINOv3 without these biases takes a file where they are zero.
  @Test
  void zeroBiasesAreNoBiases() {
    var timms = dinov3();
    var without = new LinkedHashMap<>(timms);
    without.keySet().removeIf(name -> name.matches(".*[qv]_bias"));
    refuses(without, PublishedNames.of(timms), "no bias of keys", "no bias of queries");
    timms.replaceAll((name, tensor) -> name.matches(".*[qv]_bias") ? tensor.zerosLike() : tensor);
    says(loads(without, PublishedNames.of(timms)), "zeros (10 tensors: blocks.0.attn.q_bias, …)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"float16", "bfloat16", "float64"})
  void everyFloatingPointTypeLoads(String dtype) {
    var half = dtype.equals("bfloat16") ? DType.BFLOAT16 : DType.FLOAT16;
    var timms = PublishedNames.of(registers()).to(half).to(DType.FLOAT32).weights();
    var kind = dtype.equals("float64") ? DType.FLOAT64 : half;
    loads(timms, PublishedNames.of(timms).to(kind).dinov2().to(kind));
  }

  @Test
  void maeOfItsRepositoryWithItsDecoder() {
    var timms = plain();
    var published = PublishedNames.of(timms).with("mask_token", 1, 1, 16);
    published.with("decoder_pos_embed", 1, 10, 16).with("decoder_embed.weight", 16, 32);
    published.with("decoder_blocks.0.norm1.weight", 16).with("decoder_norm.weight", 16);
    says(
        loads(timms, published),
        "decoder (decoder_pos_embed, decoder_embed.weight, decoder_blocks.0.norm1.weight,"
            + " decoder_norm.weight)",
        "mask token");
  }

  /// DINOv2's own training stores blocks in chunks.
  @Test
  void blocksInChunksLoad() {
    var timms = dinov2();
    var names = PublishedNames.of(timms).renamed("blocks.([012]).", "blocks.0.$1.");
    loads(timms, names.renamed("blocks.([34]).", "blocks.1.$1.").prefixed("teacher.backbone."));
  }

  @Test
  void unknownPartsOfTheEncoderAreRefused() {
    var timms = plain();
    var words = new String[] {"1 weights inside its encoder", "model.pretrainedKeys"};
    refuses(timms, PublishedNames.of(timms).with("blocks.2.extra.weight", 3), words);
    refuses(timms, PublishedNames.of(timms).with("temporal_embed", 3), words);
    refuses(timms, PublishedNames.of(timms).vit().with("embeddings.norm.weight", 3), words);
  }

  @Test
  void otherPartsOfANetworkAreListed() {
    var timms = plain();
    var names = PublishedNames.of(timms).prefixed("backbone.").with("neck.conv.weight", 3);
    says(loads(timms, names), "not of the encoder (neck.conv.weight)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blocks.0.mlp.w12.weight",
        "blocks.0.mlp.w1.weight",
        "blocks.0.mlp.fc1_g.weight",
        "encoder.layer.0.mlp.weights_in.weight",
        "encoder.layer.0.mlp.gate_proj.weight"
      })
  void swigluIsRefusedByName(String name) {
    var timms = dinov2();
    var names = PublishedNames.of(timms);
    names = name.startsWith("encoder") ? names.dinov2() : names;
    refuses(timms, names.with(name, 64, 32), "LayerScale, a SwiGLU MLP", "script:PATH");
  }

  @Test
  void anEncoderWithoutAClassTokenIsRefused() {
    var timms = clip();
    var siglip = PublishedNames.of(timms).clip().without(".*class_embedding|pre_layrnorm.*");
    siglip.with("head.probe", 1, 1, 32).with("embeddings.patch_embedding.bias", 32);
    refuses(timms, siglip.prefixed("vision_model."), "no class token", "script:PATH");
  }

  @Test
  void anEncoderOfAveragedPatchesIsRefused() {
    var timms = plain();
    refuses(timms, PublishedNames.of(timms).renamed("norm.", "fc_norm."), "no final norm");
  }

  @Test
  void anIncompleteAttentionIsRefused() {
    var timms = plain();
    var names = PublishedNames.of(timms).vit().without(".*layer.3.*key.weight");
    refuses(timms, names, "lacks the key of blocks.3.attn.");
    refuses(timms, PublishedNames.of(timms).without("blocks.3.norm1.bias"), "missing in the file");
  }
}
