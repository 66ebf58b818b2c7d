package toco.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import toco.config.VitVariant;
import toco.torch.Tensor;

/// What a vision transformer with timm's names is, by the names and shapes of its weights.
///
/// @param biases which of queries, keys and values have one
/// @param registers number of register tokens
/// @param rotary whether no position embedding is stored: rotary embeddings (DINOv3)
/// @param preNorm whether there is a norm before the blocks (CLIP)
/// @param prefixRows rows of the position embedding before those of the patches. Not compared: they
///   can be added to the tokens
/// @param grid side of the position embedding's grid; 0 if there is none. Not compared: another
///   grid is resampled
record EncoderKind(
    int depth,
    long width,
    long patchPx,
    long mlpWidth,
    Biases biases,
    boolean patchBias,
    boolean distilled,
    boolean layerScale,
    long registers,
    boolean rotary,
    boolean preNorm,
    long prefixRows,
    long grid) {
  static final String PATCHES = "patch_embed.proj.weight"; // [D, 3, P, P]

  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d{1,4})\\..*");

  /// Which projections of the attention have a bias.
  enum Biases {
    NONE,
    /// Queries and values.
    WITHOUT_KEY,
    ALL
  }

  /// @param weights without a prefix, with a patch embedding
  static EncoderKind of(Map<String, Tensor> weights) {
    var patches = sizes(weights, PATCHES);
    int depth = 0;
    for (var name : weights.keySet()) {
      var block = BLOCK.matcher(name);
      depth = block.matches() ? Math.max(depth, 1 + Integer.parseInt(block.group(1))) : depth;
    }
    boolean distilled = weights.containsKey("dist_token");
    var registers = sizes(weights, "reg_token");
    long registerTokens = registers.length == 3 ? registers[1] : 0;
    var position = PositionRows.of(weights);
    return new EncoderKind(
        depth,
        patches.length == 4 ? patches[0] : 0,
        patches.length == 4 ? patches[2] : 0,
        first(sizes(weights, "blocks.0.mlp.fc1.weight")),
        weights.containsKey("blocks.0.attn.qkv.bias")
            ? Biases.ALL
            : weights.containsKey("blocks.0.attn.q_bias") ? Biases.WITHOUT_KEY : Biases.NONE,
        weights.containsKey("patch_embed.proj.bias"),
        distilled,
        has(weights, "blocks.\\d+.ls[12].gamma"),
        registerTokens,
        !weights.containsKey("pos_embed"),
        weights.containsKey("norm_pre.weight"),
        position.prefixRows(),
        position.grid());
  }

  private static boolean has(Map<String, Tensor> weights, String names) {
    var pattern = Pattern.compile(names);
    return weights.keySet().stream().anyMatch(name -> pattern.matcher(name).matches());
  }

  private static long[] sizes(Map<String, Tensor> weights, String name) {
    var tensor = weights.get(name);
    return tensor == null ? new long[0] : tensor.shape().sizes();
  }

  private static long first(long[] sizes) {
    return sizes.length == 0 ? 0 : sizes[0];
  }

  /// Whether weights of this kind can be those of an encoder of another kind.
  boolean fits(EncoderKind own) {
    return equals(
        new EncoderKind(
            own.depth,
            own.width,
            own.patchPx,
            own.mlpWidth,
            own.biases,
            own.patchBias,
            own.distilled,
            own.layerScale,
            own.registers,
            own.rotary,
            own.preNorm,
            prefixRows,
            grid));
  }

  /// The switches that the weights show; resampling and activation are not among them.
  VitVariant variant() {
    return new VitVariant(
        layerScale,
        (int) registers,
        rotary
            ? VitVariant.Position.ROPE
            : prefixRows == 0 ? VitVariant.Position.LEARNED_PATCHES : VitVariant.Position.LEARNED,
        VitVariant.Resampling.HF,
        preNorm,
        patchBias,
        VitVariant.Activation.GELU,
        biases == Biases.ALL || (!rotary && biases == Biases.NONE));
  }

  /// The family of releases that the encoder is probably of.
  private String family(Collection<String> features) {
    if (features.contains(EncoderSource.RELATIVE)) {
      return features.contains(EncoderSource.NO_CLASS_TOKEN) ? "SAM " : "BEiT ";
    }
    if (features.contains(EncoderSource.POOLING)) {
      return "SigLIP ";
    }
    if (features.contains(EncoderSource.SWIGLU) && !layerScale) {
      return "EVA-02 ";
    }
    if (rotary) {
      return layerScale ? "DINOv3 " : "";
    }
    if (preNorm) {
      return "CLIP ";
    }
    boolean deit = layerScale && prefixRows == 0 && registers == 0;
    return deit ? "DeiT III " : layerScale && patchPx == 14 ? "DINOv2 " : "";
  }

  private String size() {
    return switch ((int) width) {
      case 192 -> "-Ti";
      case 384 -> "-S";
      case 512 -> "-M";
      case 768 -> "-B";
      case 1024 -> "-L";
      case 1280 -> "-H";
      case 1408, 1536 -> "-g";
      default -> "";
    };
  }

  /// What distinguishes the encoder from the plain ViT.
  private List<String> features() {
    var features = new ArrayList<String>();
    if (layerScale) {
      features.add("LayerScale");
    }
    if (registers > 0) {
      features.add("%s register tokens".formatted(registers));
    }
    if (rotary) {
      features.add("rotary positions");
    }
    if (preNorm) {
      features.add("a norm before its blocks");
    }
    return features;
  }

  /// Such as "an encoder of 12 blocks, width 768, patches of 16 px", or "a DINOv2 ViT-S/14 with
  /// LayerScale (12 blocks, width 384, patches of 14 px)".
  @Override
  public String toString() {
    return described(features());
  }

  /// The same with further features.
  ///
  /// @param problems such as `a SwiGLU MLP`
  String with(Collection<String> problems) {
    var all = features();
    all.addAll(problems);
    return described(all);
  }

  private String described(List<String> features) {
    var shape = new StringBuilder();
    shape.append("%s blocks, width %s, patches of %s px".formatted(depth, width, patchPx));
    shape.append(distilled ? " and a distillation token" : "");
    shape.append(mlpWidth == 4 * width || mlpWidth == 0 ? "" : ", MLP width " + mlpWidth);
    shape.append(
        switch (biases) {
          case ALL -> "";
          case WITHOUT_KEY -> ", no bias of keys";
          case NONE -> ", no bias of queries, keys and values";
        });
    shape.append(patchBias == preNorm ? ", %s patch bias".formatted(patchBias ? "a" : "no") : "");
    return features.isEmpty()
        ? "an encoder of " + shape
        : "%s %sViT%s/%s with %s (%s)"
            .formatted(
                family(features).startsWith("E") ? "an" : "a",
                family(features),
                size(),
                patchPx,
                String.join(", ", features),
                shape);
  }
}
