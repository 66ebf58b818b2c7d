package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import toco.model.PositionEmbedding;
import toco.torch.Shape;
import toco.torch.Tensor;

/// Loads pretrained vision transformers into the `encoder.*` parameters of a network: releases of
/// timm, DeiT, DINO and MAE, which use timm's names, and the encoder of a ToCo file.
final class EncoderWeights {
  private static final String PREFIX = "encoder.";

  /// Prefixes of the encoder's names in files that hold more than an encoder: of ToCo and of DINO.
  private static final List<String> PREFIXES = List.of(PREFIX, "backbone.");

  /// Classifier heads of timm and DeiT, the projection head of DINO, the decoder of MAE.
  private static final Pattern SKIPPED =
      Pattern.compile("(head|head_dist|fc_norm|pre_logits)\\..*|decoder_.*|mask_token");

  private static final String POSITION = PREFIX + "pos_embed";
  private static final String DISTILLED = PREFIX + "dist_token";
  private static final String PATCHES = PREFIX + "patch_embed.proj.weight"; // [D, 3, P, P]
  private static final Pattern BLOCK = Pattern.compile("encoder\\.blocks\\.(\\d{1,4})\\..*");

  private EncoderWeights() {}

  static String load(StateDict file, Map<String, Tensor> parameters) {
    var weights = new LinkedHashMap<String, Tensor>();
    var skipped = new ArrayList<String>();
    var prefix = prefix(file.tensors());
    file.tensors()
        .forEach((name, tensor) -> {
          if (!name.startsWith(prefix) || (prefix.isEmpty() && isSkipped(name))) {
            skipped.add(name);
          } else {
            weights.put(PREFIX + name.substring(prefix.length()), tensor);
          }
        });
    var encoder = new LinkedHashMap<String, Tensor>();
    parameters.forEach((name, parameter) -> {
      if (name.startsWith(PREFIX)) {
        encoder.put(name, parameter);
      }
    });
    requireSameKind(file, weights, encoder);
    var resized = fitPosition(weights, encoder);
    new StateDict(file.source(), weights).into(encoder);
    return "encoder loaded from %s: %s tensors%s%s"
        .formatted(
            file.source(),
            weights.size(),
            resized,
            skipped.isEmpty() ? "" : "; skipped " + summary(skipped));
  }

  private static String prefix(Map<String, Tensor> tensors) {
    return PREFIXES.stream()
        .filter(prefix -> tensors.keySet().stream().anyMatch(name -> name.startsWith(prefix)))
        .findFirst()
        .orElse("");
  }

  private static boolean isSkipped(String name) {
    return SKIPPED.matcher(name).matches();
  }

  private static String summary(List<String> names) {
    return names.size() <= 4
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 4)) + " and %s more".formatted(names.size() - 4);
  }

  /// With another architecture, dozens of shapes differ; this names the reason instead.
  private static void requireSameKind(
      StateDict file, Map<String, Tensor> weights, Map<String, Tensor> encoder) {
    var got = description(weights);
    var expected = description(encoder);
    if (!got.isEmpty() && !got.equals(expected)) {
      throw new CheckpointException(
          file.source(),
          ("is an encoder of %s, but the configuration describes one of %s; choose the "
                  + "model.backbone that it was trained with")
              .formatted(got, expected));
    }
  }

  /// Such as "12 blocks, width 768, patches of 16 px"; empty if there is no patch embedding, which
  /// the comparison of names then reports.
  private static String description(Map<String, Tensor> weights) {
    var patches = weights.get(PATCHES);
    if (patches == null || patches.shape().dims() != 4) {
      return "";
    }
    int depth = 0;
    for (var name : weights.keySet()) {
      var block = BLOCK.matcher(name);
      if (block.matches()) {
        depth = Math.max(depth, 1 + Integer.parseInt(block.group(1)));
      }
    }
    return "%s blocks, width %s, patches of %s px%s"
        .formatted(
            depth,
            patches.size(0),
            patches.size(2),
            weights.containsKey(DISTILLED) ? " and a distillation token" : "");
  }

  /// Resamples the position embedding if the grids differ. If it cannot be resampled, the
  /// comparison of shapes reports it.
  private static String fitPosition(Map<String, Tensor> weights, Map<String, Tensor> encoder) {
    var from = weights.get(POSITION);
    var to = encoder.get(POSITION);
    if (from == null || to == null || from.shape().equals(to.shape())) {
      return "";
    }
    int tokens = encoder.containsKey(DISTILLED) ? 2 : 1;
    long gridFrom = grid(from.shape(), tokens);
    long gridTo = grid(to.shape(), tokens);
    if (gridFrom < 1 || gridTo < 1 || from.size(2) != to.size(2)) {
      return "";
    }
    weights.put(POSITION, PositionEmbedding.resampleAbsPosEmbed(from, tokens, gridTo, gridTo));
    return "; position embedding resized from %s×%s to %s×%s"
        .formatted(gridFrom, gridFrom, gridTo, gridTo);
  }

  /// The side g of the grid of a position embedding [1, tokens + g², D]; 0 for any other shape.
  private static long grid(Shape shape, int tokens) {
    if (shape.dims() != 3 || shape.size(0) != 1 || shape.size(1) <= tokens) {
      return 0;
    }
    long patches = shape.size(1) - tokens;
    long side = Math.round(Math.sqrt((double) patches));
    return side * side == patches ? side : 0;
  }
}
