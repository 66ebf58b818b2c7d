package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.torch.DType;
import toco.torch.Tensor;

/// Writes weights with timm's names and shapes as other publishers do, for tests: the opposite of
/// what loading does, written independently of it.
final class PublishedNames {
  private final Map<String, Tensor> weights;

  private PublishedNames(Map<String, Tensor> weights) {
    this.weights = new LinkedHashMap<>(weights);
  }

  static PublishedNames of(Map<String, Tensor> timms) {
    return new PublishedNames(timms);
  }

  /// Random weights of an encoder of depth 5, width 32 and patches of 8 px, of a grid of 3 × 3.
  static Map<String, Tensor> random(
      boolean layerScale, boolean preNorm, int registers, int rows, boolean stored) {
    var made = new LinkedHashMap<String, Tensor>();
    made.put("cls_token", Tensor.randn(1, 1, 32));
    if (registers > 0) {
      made.put("reg_token", Tensor.randn(1, registers, 32));
    }
    if (stored) {
      made.put("pos_embed", Tensor.randn(1, rows + 9, 32));
    }
    made.put("patch_embed.proj.weight", Tensor.randn(32, 3, 8, 8));
    if (preNorm) {
      norm(made, "norm_pre");
    } else {
      made.put("patch_embed.proj.bias", Tensor.randn(32));
    }
    for (int i = 0; i < 5; i++) {
      var block = "blocks.%s.".formatted(i);
      norm(made, block + "norm1");
      linear(made, block + "attn.qkv", 96, 32);
      linear(made, block + "attn.proj", 32, 32);
      norm(made, block + "norm2");
      linear(made, block + "mlp.fc1", 128, 32);
      linear(made, block + "mlp.fc2", 32, 128);
      if (layerScale) {
        made.put(block + "ls1.gamma", Tensor.randn(32));
        made.put(block + "ls2.gamma", Tensor.randn(32));
      }
    }
    norm(made, "norm");
    return made;
  }

  private static void norm(Map<String, Tensor> made, String name) {
    made.put(name + ".weight", Tensor.randn(32));
    made.put(name + ".bias", Tensor.randn(32));
  }

  private static void linear(Map<String, Tensor> made, String name, long out, long in) {
    made.put(name + ".weight", Tensor.randn(out, in));
    made.put(name + ".bias", Tensor.randn(out));
  }

  /// Renames by pairs of a regular expression and a replacement; the first that matches at the
  /// beginning of a name counts.
  PublishedNames renamed(String... pairs) {
    var renamed = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, tensor) -> {
      var to = name;
      for (int i = 0; i < pairs.length && to.equals(name); i += 2) {
        to = name.replaceFirst("^" + pairs[i], pairs[i + 1]);
      }
      renamed.put(to, tensor);
    });
    return new PublishedNames(renamed);
  }

  /// Stores queries, keys and values apart, under these names in place of `qkv`.
  PublishedNames split(String query, String key, String value) {
    var split = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, tensor) -> {
      if (name.contains(".qkv.")) {
        long width = tensor.size(0) / 3;
        var names = List.of(query, key, value);
        for (int i = 0; i < 3; i++) {
          split.put(name.replace("qkv", names.get(i)), tensor.slice(0, i * width, (i + 1) * width));
        }
      } else {
        split.put(name, tensor);
      }
    });
    return new PublishedNames(split);
  }

  /// Adds random weights of another part.
  PublishedNames with(String name, long... shape) {
    weights.put(name, Tensor.randn(shape));
    return this;
  }

  /// Gives the class token a row in the position embedding and takes it out of the token.
  PublishedNames withClassRow() {
    var row = Tensor.randn(1, 1, 32);
    weights.computeIfPresent("cls_token", (_, token) -> token.sub(row));
    weights.computeIfPresent("pos_embed", (_, grid) -> Tensor.cat(List.of(row, grid), 1));
    return this;
  }

  PublishedNames reshaped(String name, long... shape) {
    weights.computeIfPresent(name, (_, tensor) -> tensor.reshape(shape));
    return this;
  }

  PublishedNames without(String names) {
    weights.keySet().removeIf(name -> name.matches(names));
    return this;
  }

  PublishedNames put(String name, Tensor tensor) {
    weights.put(name, tensor);
    return this;
  }

  PublishedNames to(DType dtype) {
    weights.replaceAll((_, tensor) -> tensor.to(dtype));
    return this;
  }

  PublishedNames prefixed(String prefix) {
    return renamed("", prefix);
  }

  Map<String, Tensor> weights() {
    return weights;
  }

  /// transformers' DINOv2, with or without registers.
  PublishedNames dinov2() {
    return split("query", "key", "value")
        .renamed(
            "(cls_token)", "embeddings.$1",
            "reg_token", "embeddings.register_tokens",
            "pos_embed", "embeddings.position_embeddings",
            "patch_embed.proj", "embeddings.patch_embeddings.projection",
            "blocks.(\\d+).attn.(query|key|value)", "encoder.layer.$1.attention.attention.$2",
            "blocks.(\\d+).attn.proj", "encoder.layer.$1.attention.output.dense",
            "blocks.(\\d+).ls(\\d).gamma", "encoder.layer.$1.layer_scale$2.lambda1",
            "blocks", "encoder.layer",
            "norm.", "layernorm.")
        .with("embeddings.mask_token", 1, 32);
  }

  /// transformers' ViT, DeiT and MAE.
  PublishedNames vit() {
    return split("query", "key", "value")
        .renamed(
            "(cls_token)", "embeddings.$1",
            "dist_token", "embeddings.distillation_token",
            "pos_embed", "embeddings.position_embeddings",
            "patch_embed.proj", "embeddings.patch_embeddings.projection",
            "blocks.(\\d+).attn.(query|key|value)", "encoder.layer.$1.attention.attention.$2",
            "blocks.(\\d+).attn.proj", "encoder.layer.$1.attention.output.dense",
            "blocks.(\\d+).norm1", "encoder.layer.$1.layernorm_before",
            "blocks.(\\d+).norm2", "encoder.layer.$1.layernorm_after",
            "blocks.(\\d+).mlp.fc1", "encoder.layer.$1.intermediate.dense",
            "blocks.(\\d+).mlp.fc2", "encoder.layer.$1.output.dense",
            "norm.", "layernorm.");
  }

  /// transformers' CLIP, its vision model alone.
  PublishedNames clip() {
    return split("q_proj", "k_proj", "v_proj")
        .reshaped("cls_token", 32)
        .reshaped("pos_embed", -1, 32)
        .renamed(
            "cls_token", "embeddings.class_embedding",
            "pos_embed", "embeddings.position_embedding.weight",
            "patch_embed.proj", "embeddings.patch_embedding",
            "blocks.(\\d+).attn.([qkv]_proj)", "encoder.layers.$1.self_attn.$2",
            "blocks.(\\d+).attn.proj", "encoder.layers.$1.self_attn.out_proj",
            "blocks.(\\d+).norm", "encoder.layers.$1.layer_norm",
            "blocks", "encoder.layers",
            "norm_pre", "pre_layrnorm",
            "norm", "post_layernorm");
  }

  /// OpenAI's and open_clip's image tower.
  PublishedNames openAi() {
    return reshaped("cls_token", 32)
        .reshaped("pos_embed", -1, 32)
        .renamed(
            "cls_token", "class_embedding",
            "pos_embed", "positional_embedding",
            "patch_embed.proj", "conv1",
            "blocks.(\\d+).attn.qkv.", "transformer.resblocks.$1.attn.in_proj_",
            "blocks.(\\d+).attn.proj", "transformer.resblocks.$1.attn.out_proj",
            "blocks.(\\d+).norm", "transformer.resblocks.$1.ln_",
            "blocks.(\\d+).ls", "transformer.resblocks.$1.ls_",
            "blocks.(\\d+).mlp.fc1", "transformer.resblocks.$1.mlp.c_fc",
            "blocks.(\\d+).mlp.fc2", "transformer.resblocks.$1.mlp.c_proj",
            "norm_pre", "ln_pre",
            "norm", "ln_post")
        .with("proj", 32, 24);
  }

  /// transformers' DINOv3; its keys have no bias.
  PublishedNames dinov3() {
    return split("q_proj", "k_proj", "v_proj")
        .renamed(
            "(cls_token)", "embeddings.$1",
            "reg_token", "embeddings.register_tokens",
            "patch_embed.proj", "embeddings.patch_embeddings",
            "blocks.(\\d+).attn.([qkv]_proj)", "layer.$1.attention.$2",
            "blocks.(\\d+).attn.([qv])_bias", "layer.$1.attention.$2_proj.bias",
            "blocks.(\\d+).attn.proj", "layer.$1.attention.o_proj",
            "blocks.(\\d+).ls(\\d).gamma", "layer.$1.layer_scale$2.lambda1",
            "blocks.(\\d+).mlp.fc1", "layer.$1.mlp.up_proj",
            "blocks.(\\d+).mlp.fc2", "layer.$1.mlp.down_proj",
            "blocks", "layer")
        .with("embeddings.mask_token", 1, 1, 32);
  }
}
