package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import toco.torch.Tensor;

/// What a vision transformer with timm's names is, by the names and shapes of its weights.
///
/// @param extras what ToCo's own encoder does not have, such as LayerScale, and what it has and the
///   file lacks
/// @param grid side of the position embedding's grid; 0 if there is none. Not compared: another
///   grid is resampled
record EncoderKind(
    int depth,
    long width,
    long patchPx,
    long mlpWidth,
    boolean qkvBias,
    boolean distilled,
    List<String> extras,
    long grid) {
  static final String PATCHES = "patch_embed.proj.weight"; // [D, 3, P, P]

  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d{1,4})\\..*");
  private static final Pattern REGISTERS = Pattern.compile("reg(ister)?_tokens?|storage_tokens");

  /// By the names that show them.
  private static final Map<Pattern, String> EXTRAS = new LinkedHashMap<>();

  static {
    extra("blocks\\.\\d+\\.(ls[12]\\.gamma|gamma_[12])", "LayerScale");
    extra("blocks\\.\\d+\\.mlp\\.(w\\d+|fc1_[gx])\\..*", "a SwiGLU MLP");
    extra(".*(relative_position_bias|rel_pos_[hw]).*", "a relative position bias");
    extra(".*rope.*", "a rotary position embedding");
    extra("blocks\\.\\d+\\.attn\\.[qk]_norm\\..*", "normalised queries and keys");
    extra("blocks\\.\\d+\\.attn\\.[qv]_bias", "separate biases of queries and values");
    extra("norm_pre\\..*", "a norm before its blocks");
    extra("attn_pool\\..*", "pooling by attention");
  }

  private static void extra(String names, String what) {
    EXTRAS.put(Pattern.compile(names), what);
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
    var position = sizes(weights, "pos_embed");
    long rows = position.length == 3 ? position[1] : 0;
    long grid = side(rows - (distilled ? 2 : 1));
    return new EncoderKind(
        depth,
        patches.length == 4 ? patches[0] : 0,
        patches.length == 4 ? patches[2] : 0,
        first(sizes(weights, "blocks.0.mlp.fc1.weight")),
        weights.containsKey("blocks.0.attn.qkv.bias"),
        distilled,
        extras(weights, rows, grid),
        grid == 0 ? side(rows) : grid);
  }

  private static List<String> extras(Map<String, Tensor> weights, long rows, long grid) {
    var extras = new ArrayList<String>();
    EXTRAS.forEach((pattern, what) -> {
      if (weights.keySet().stream().anyMatch(name -> pattern.matcher(name).matches())) {
        extras.add(what);
      }
    });
    weights.forEach((name, tensor) -> {
      if (REGISTERS.matcher(name).matches() && tensor.dim() == 3) {
        extras.add(tensor.size(1) + " register tokens");
      }
    });
    if (!weights.containsKey("cls_token")) {
      extras.add("no class token");
    } else if (!weights.containsKey("pos_embed")) {
      extras.add("no stored position embedding");
    } else if (grid == 0 && side(rows) > 0) {
      extras.add("no position embedding of its class token");
    }
    return extras;
  }

  private static long[] sizes(Map<String, Tensor> weights, String name) {
    var tensor = weights.get(name);
    return tensor == null ? new long[0] : tensor.shape().sizes();
  }

  private static long first(long[] sizes) {
    return sizes.length == 0 ? 0 : sizes[0];
  }

  /// The root of a square number; 0 for other numbers.
  private static long side(long squared) {
    long side = Math.round(Math.sqrt((double) Math.max(0, squared)));
    return side * side == squared ? side : 0;
  }

  /// Whether weights of this kind are those of ToCo's own encoder with such weights.
  boolean fits(EncoderKind own) {
    return equals(own.as(own.extras, grid));
  }

  /// The kind of ToCo's own encoder.
  EncoderKind own() {
    return as(List.of(), grid);
  }

  private EncoderKind as(List<String> otherExtras, long otherGrid) {
    return new EncoderKind(
        depth, width, patchPx, mlpWidth, qkvBias, distilled, otherExtras, otherGrid);
  }

  /// The release that it probably is, such as `DINOv2 ViT-S/14`.
  private String release() {
    boolean scaled = extras.contains("LayerScale");
    boolean rotary = extras.contains("a rotary position embedding");
    var family =
        extras.contains("a relative position bias")
            ? extras.contains("no class token") ? "SAM " : "BEiT "
            : scaled && (rotary || extras.contains("no stored position embedding"))
                ? "DINOv3 "
                : rotary
                    ? "EVA "
                    : scaled && patchPx == 14
                        ? "DINOv2 "
                        : scaled && extras.contains("no position embedding of its class token")
                            ? "DeiT III "
                            : extras.contains("a norm before its blocks")
                                ? "CLIP "
                                : extras.contains("pooling by attention") ? "SigLIP " : "";
    return "%s %sViT%s/%s".formatted(family.startsWith("E") ? "an" : "a", family, size(), patchPx);
  }

  private String size() {
    return switch ((int) width) {
      case 192 -> "-Ti";
      case 384 -> "-S";
      case 768 -> "-B";
      case 1024 -> "-L";
      case 1280 -> "-H";
      case 1408, 1536 -> "-g";
      default -> "";
    };
  }

  /// Such as "an encoder of 12 blocks, width 768, patches of 16 px", or "a DINOv2 ViT-S/14 with
  /// LayerScale (12 blocks, width 384, patches of 14 px)".
  @Override
  public String toString() {
    var shape =
        "%s blocks, width %s, patches of %s px%s%s%s"
            .formatted(
                depth,
                width,
                patchPx,
                distilled ? " and a distillation token" : "",
                mlpWidth == 4 * width || mlpWidth == 0 ? "" : ", MLP width " + mlpWidth,
                qkvBias || !extras.isEmpty() ? "" : ", no bias of queries, keys and values");
    return extras.isEmpty()
        ? "an encoder of " + shape
        : "%s with %s (%s)".formatted(release(), String.join(", ", extras), shape);
  }
}
