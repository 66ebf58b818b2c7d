package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// The same weights under every publisher's names load as the same parameters, and each weight of a
/// file is used or listed.
@TensorTest
final class EncoderLayoutTest extends EncoderCase {
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
  void otherPartsOfANetworkAreListed() {
    var timms = plain();
    var names = PublishedNames.of(timms).prefixed("backbone.").with("neck.conv.weight", 3);
    says(loads(timms, names), "not of the encoder (neck.conv.weight)");
  }
}
