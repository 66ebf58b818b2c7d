package toco.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// How publishers name the weights of a vision transformer, and timm's name of each. Queries, keys
/// and values that are stored apart become `attn.q`, `attn.k` and `attn.v`.
final class EncoderVocabulary {
  /// A name of a publisher.
  ///
  /// @param theirs the whole name
  /// @param timms its translation
  record Word(Pattern theirs, String timms) {}

  private static final String PARAMETERS = "\\.(weight|bias)";

  /// Names in a block; no publisher uses another's word for something else.
  static final List<Word> BLOCK =
      List.of(
          module("norm1|layernorm_before|layer_norm1|ln_1", "norm1"),
          module("norm2|layernorm_after|layer_norm2|ln_2", "norm2"),
          module("attn\\.qkv", "attn.qkv"),
          word("attn\\.in_proj_(weight|bias)", "attn.qkv.$1"),
          word("attn\\.qkv\\.bias_mask", "attn.qkv.bias_mask"),
          word("attn\\.([qv]_bias)", "attn.$1"),
          module("attention\\.attention\\.query|(?:attention|self_attn)\\.q_proj", "attn.q"),
          module("attention\\.attention\\.key|(?:attention|self_attn)\\.k_proj", "attn.k"),
          module("attention\\.attention\\.value|(?:attention|self_attn)\\.v_proj", "attn.v"),
          module(
              "attn\\.proj|attention\\.output\\.dense|attention\\.o_proj"
                  + "|(?:self_attn|attn)\\.out_proj",
              "attn.proj"),
          module("mlp\\.fc1|intermediate\\.dense|mlp\\.up_proj|mlp\\.c_fc", "mlp.fc1"),
          module("mlp\\.fc2|output\\.dense|mlp\\.down_proj|mlp\\.c_proj", "mlp.fc2"),
          word(
              "ls([12])\\.gamma|gamma_([12])|layer_scale([12])\\.lambda1|ls_([12])\\.gamma",
              "ls$1$2$3$4.gamma"));

  static final List<Word> TIMM =
      List.of(
          word("(cls_token|dist_token|pos_embed)", "$1"),
          word("reg_token|register_tokens|storage_tokens", "reg_token"),
          module("patch_embed\\.proj", "patch_embed.proj"),
          module("norm_pre", "norm_pre"),
          module("norm", "norm"));

  static final List<Word> TRANSFORMERS =
      List.of(
          word("embeddings\\.(?:cls_token|class_embedding)", "cls_token"),
          word("embeddings\\.distillation_token", "dist_token"),
          word("embeddings\\.register_tokens", "reg_token"),
          word("embeddings\\.(?:position_embeddings|position_embedding\\.weight)", "pos_embed"),
          module("embeddings\\.patch_embeddings?(?:\\.projection)?", "patch_embed.proj"),
          module("pre_layrnorm|pre_layernorm", "norm_pre"), // the first is CLIP's
          module("layernorm|post_layernorm|norm", "norm"));

  static final List<Word> OPENAI =
      List.of(
          word("class_embedding", "cls_token"),
          word("positional_embedding", "pos_embed"),
          module("conv1", "patch_embed.proj"),
          module("ln_pre", "norm_pre"),
          module("ln_post", "norm"));

  private EncoderVocabulary() {}

  private static Word word(String theirs, String timms) {
    return new Word(Pattern.compile(theirs), timms);
  }

  /// A module with weight and bias.
  private static Word module(String theirs, String timms) {
    return word("(?:" + theirs + ")" + PARAMETERS, timms + ".$1");
  }

  static Optional<String> translated(List<Word> words, String name) {
    for (var word : words) {
      var match = word.theirs.matcher(name);
      if (match.matches()) {
        return Optional.of(match.replaceFirst(word.timms));
      }
    }
    return Optional.empty();
  }
}
