package toco.checkpoint;

import static toco.checkpoint.EncoderKind.PATCHES;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import toco.config.Backbone;
import toco.model.PositionEmbedding;
import toco.torch.Shape;
import toco.torch.Tensor;

/// Loads pretrained vision transformers into the `encoder.*` parameters of a network: releases of
/// timm, DeiT, DINO and MAE, which use timm's names, and the encoder of a ToCo file.
final class EncoderWeights {
  private static final String PREFIX = "encoder.";

  /// What comes before the encoder's names in files that hold more than an encoder, if several
  /// encoders are there, the best first: of ToCo, of DINO, and averages of weights.
  private static final List<String> PREFERRED =
      List.of(
          PREFIX, "backbone.", "", "teacher.backbone.", "teacher.", "ema.", "model.", "module.");

  /// An encoder's weights; all else is heads and what only pre-training used: the classifiers of
  /// timm and DeiT, the projection head of DINO, the decoder of MAE.
  private static final Pattern ENCODER =
      Pattern.compile(
          "(cls_token|dist_token|pos_embed|reg_token|register_tokens|storage_tokens"
              + "|(patch_embed|blocks|norm|norm_pre|attn_pool|rope\\w*|rel_pos_bias)\\..*)");

  private static final String REMEDY =
      "use a release of timm, DeiT, DINO or MAE that fits, or this encoder as a TorchScript module"
          + " (model.encoder: script:PATH)";
  private static final String POSITION = PREFIX + "pos_embed";
  private static final String DISTILLED = PREFIX + "dist_token";

  private EncoderWeights() {}

  static String load(StateDict file, Map<String, Tensor> parameters) {
    file.requireSeparateWeights();
    var prefix = prefix(file);
    var own = new LinkedHashMap<String, Tensor>();
    var skipped = new ArrayList<String>();
    file.tensors()
        .forEach((name, tensor) -> {
          var inner = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
          if (ENCODER.matcher(inner).matches()) {
            own.put(inner, tensor);
          } else {
            skipped.add(name);
          }
        });
    var encoder = StateDict.withoutPrefix(parameters, PREFIX);
    requireSameKind(file, EncoderKind.of(own), EncoderKind.of(encoder).own());
    var weights = withPrefix(own);
    var targets = withPrefix(encoder);
    var resized = fitPosition(weights, targets);
    new StateDict(file.source(), weights, file.origin()).into(targets);
    return "encoder loaded from %s%s: %s tensors%s%s"
        .formatted(
            file.source(),
            place(file.origin(), prefix),
            weights.size(),
            resized,
            skipped.isEmpty() ? "" : "; skipped " + summary(skipped));
  }

  private static Map<String, Tensor> withPrefix(Map<String, Tensor> tensors) {
    var named = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> named.put(PREFIX + name, tensor));
    return named;
  }

  /// Where in the file the encoder was, and where else there are weights.
  private static String place(WeightsOrigin origin, String prefix) {
    var others =
        origin.skipped().entrySet().stream()
            .filter(entry -> entry.getValue().startsWith(PickledWeights.STATE_DICT))
            .map(Map.Entry::getKey)
            .toList();
    return (origin.key().isEmpty() ? "" : ", entry " + origin.key())
        + (others.isEmpty() ? "" : " (not %s)".formatted(String.join(", ", others)))
        + (prefix.isEmpty() ? "" : ", names %s*".formatted(prefix));
  }

  /// What comes before the names of the vision transformer in the file.
  private static String prefix(StateDict file) {
    var names = file.tensors().keySet();
    var found =
        names.stream()
            .filter(name -> name.equals(PATCHES) || name.endsWith("." + PATCHES))
            .map(name -> name.substring(0, name.length() - PATCHES.length()))
            .filter(
                prefix -> names.stream().anyMatch(name -> name.startsWith(prefix + "blocks.0.")))
            .sorted(Comparator.comparingInt(EncoderWeights::rank).thenComparingInt(String::length))
            .toList();
    if (found.isEmpty() || names.stream().anyMatch(name -> name.contains("blocks.0.0."))) {
      throw new CheckpointException(
          file.source(),
          "is %s, but the encoder is a vision transformer with timm's names; %s"
              .formatted(EncoderFamily.of(names), REMEDY));
    }
    return found.getFirst();
  }

  private static int rank(String prefix) {
    int rank = PREFERRED.indexOf(prefix);
    return rank >= 0 ? rank : PREFERRED.size();
  }

  private static String summary(List<String> names) {
    return names.size() <= 4
        ? String.join(", ", names)
        : String.join(", ", names.subList(0, 4)) + " and %s more".formatted(names.size() - 4);
  }

  /// With another architecture, dozens of shapes differ; this names the reason instead.
  private static void requireSameKind(StateDict file, EncoderKind got, EncoderKind expected) {
    if (!got.fits(expected)) {
      throw new CheckpointException(
          file.source(),
          "is %s, but the configuration describes %s; %s".formatted(got, expected, remedy(got)));
    }
  }

  private static String remedy(EncoderKind got) {
    if (!got.extras().isEmpty()) {
      return REMEDY;
    }
    var presets =
        Backbone.fitting(
            (int) (got.grid() * got.patchPx()),
            (int) got.patchPx(),
            (int) got.width(),
            got.depth(),
            got.distilled());
    return presets.isEmpty()
        ? ("set model.backbone: custom, with model.imageSizePx %s, patchSizePx %s, embedDim %s,"
                + " depth %s and its numHeads")
            .formatted(got.grid() * got.patchPx(), got.patchPx(), got.width(), got.depth())
        : "set model.backbone: "
            + String.join(" or ", presets.stream().map(Backbone::toString).toList());
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
