package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import toco.config.Backbone;
import toco.config.VitVariant;

/// Refuses encoders that do not fit a network, with the reason and what to set instead.
final class EncoderAdvice {
  private EncoderAdvice() {}

  /// @throws CheckpointException if the encoder can be no network's
  static void requireUsable(EncoderSource source) {
    var problems = problems(source);
    if (!problems.isEmpty()) {
      throw new CheckpointException(
          source.file().source(),
          "is %s, which ToCo's encoder cannot be; %s"
              .formatted(EncoderKind.of(source.weights()).with(problems), EncoderSource.REMEDY));
    }
  }

  /// With another architecture, dozens of shapes differ; this names the reason instead.
  ///
  /// @param own what the configuration describes
  static CheckpointException otherKind(EncoderSource source, EncoderKind own) {
    var got = EncoderKind.of(source.weights());
    return new CheckpointException(
        source.file().source(),
        "is %s, but the configuration describes %s; %s".formatted(got, own, remedy(got)));
  }

  /// What the file's encoder has, or lacks, that makes it unusable.
  static List<String> problems(EncoderSource source) {
    var problems = new LinkedHashSet<String>();
    var weights = source.weights();
    if (!weights.containsKey("cls_token")) {
      problems.add(EncoderSource.NO_CLASS_TOKEN);
    }
    problems.addAll(source.problems());
    if (!weights.containsKey("norm.weight")) {
      problems.add("no final norm of its class token");
    }
    return List.copyOf(problems);
  }

  private static String remedy(EncoderKind got) {
    boolean bias = got.biases() != EncoderKind.Biases.NONE;
    var named =
        Backbone.fitting(
            (int) got.patchPx(),
            (int) got.width(),
            got.depth(),
            got.mlpWidth() / (double) got.width(),
            bias,
            got.distilled(),
            got.variant());
    long side = got.grid() * got.patchPx();
    var sameSide = named.stream().filter(it -> got.rotary() || it.imageSizePx() == side).toList();
    if (named.isEmpty()) {
      return "set model.backbone: custom, with " + String.join(", ", customKeys(got));
    }
    var fitting = sameSide.isEmpty() ? named : sameSide;
    return "set model.backbone: "
        + String.join(" or ", fitting.stream().map(Backbone::toString).toList())
        + (sameSide.isEmpty() ? " with model.imageSizePx: " + side : "")
        + (got.preNorm() ? " (the file does not say which activation it was trained with)" : "");
  }

  private static List<String> customKeys(EncoderKind got) {
    var keys = new ArrayList<String>();
    long side = got.rotary() ? 16 * got.patchPx() : got.grid() * got.patchPx();
    keys.add("model.imageSizePx: " + side);
    keys.add("patchSizePx: " + got.patchPx());
    keys.add("embedDim: " + got.width());
    keys.add("depth: " + got.depth());
    keys.add("its numHeads");
    if (got.mlpWidth() != 4 * got.width()) {
      keys.add("mlpRatio: " + got.mlpWidth() / (double) got.width());
    }
    if (got.biases() == EncoderKind.Biases.NONE) {
      keys.add("qkvBias: false");
    }
    if (got.preNorm() || got.rotary()) {
      keys.add("layerNormEps: 1e-5");
    }
    if (got.distilled()) {
      keys.add("distilled: true");
    }
    addVariant(got, keys);
    return keys;
  }

  private static void addVariant(EncoderKind got, List<String> keys) {
    var variant = got.variant();
    if (variant.layerScale()) {
      keys.add("model.variant.layerScale: true");
    }
    if (variant.registerTokens() > 0) {
      keys.add("model.variant.registerTokens: " + variant.registerTokens());
    }
    if (variant.position() != VitVariant.Position.LEARNED) {
      keys.add("model.variant.position: " + variant.position());
    }
    if (variant.preNorm()) {
      keys.add("model.variant.preNorm: true");
      keys.add("its model.variant.activation");
    }
    if (!variant.patchBias()) {
      keys.add("model.variant.patchBias: false");
    }
    if (!variant.keyBias()) {
      keys.add("model.variant.keyBias: false");
    }
  }
}
