package toco.config;

import static toco.config.ValueChecks.invalid;
import static toco.config.ValueChecks.nonNegative;
import static toco.config.ValueChecks.positive;
import static toco.config.ValueChecks.probability;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// `optim.*`: the optimizer and its learning rates (METHOD.md, training step 8). The warm-up is in
/// `train.warmupIters` and `train.warmupRatio`.
///
/// @param kind optimizer and schedule, by the published names
/// @param lr learning rate of the encoder
/// @param normLrMultiplier factor on `lr` for the encoder's norms
/// @param layerDecay learning rate of a layer of the encoder relative to that of the layer after
///   it: the final norm has `lr`, block i of d has `lr` · layerDecay^(d − i), counted from 0, and
///   patch embedding and tokens `lr` · layerDecay^(d + 1), as in BEiT, MAE and timm. 1 (published):
///   all have `lr`
/// @param headLrMultiplier factor on `lr` for everything but the encoder
/// @param classifierLrMultiplier the same for classifiers and projection head only; absent:
///   `headLrMultiplier`
/// @param projectionLrMultiplier the same for the projection head only; absent: that of the
///   classifiers
/// @param decoderLrMultiplier the same for the decoder only; absent: `headLrMultiplier`
/// @param weightDecay decoupled weight decay (SGD: L2 penalty)
/// @param decayNormsAndBiases whether `weightDecay` applies to every parameter (published); false:
///   not to norms, biases, LayerScale's factors, and the encoder's tokens and trained positions
/// @param betas AdamW's decay rates of the first and the second moment
/// @param clipGradNorm largest total norm of a step's gradients, to which they are clipped; 0
///   (published): no clipping
/// @param power exponent of the polynomial schedule
/// @param minLrMultiplier least multiplier of the learning rates after the warm-up; 0 (published):
///   they decay to 0
public record OptimConfig(
    @Default("PolyWarmupAdamW") Kind kind,
    @Default("6e-5") double lr,
    @Default("1") double normLrMultiplier,
    @Default("1") double layerDecay,
    @Default("10") double headLrMultiplier,
    @Default("null") @Nullable Double classifierLrMultiplier,
    @OnlyFor(RecipeName.TOCO) @Default("null") @Nullable Double projectionLrMultiplier,
    @Default("null") @Nullable Double decoderLrMultiplier,
    @Default("0.01") double weightDecay,
    @Default("true") boolean decayNormsAndBiases,
    @Default("[0.9, 0.999]") List<Double> betas,
    @Default("0") double clipGradNorm,
    @Default("0.9") double power,
    @Default("0") double minLrMultiplier) {

  /// The published optimizers, each with its schedule.
  public enum Kind {
    POLY_WARMUP_ADAMW("PolyWarmupAdamW"),
    COS_WARMUP_ADAMW("CosWarmupAdamW"),
    POLY_WARMUP_SGD("PolyWarmupSGD");

    private final String publishedName;

    Kind(String publishedName) {
      this.publishedName = publishedName;
    }

    @Override
    public String toString() {
      return publishedName;
    }
  }

  public OptimConfig {
    positive("optim.lr", lr);
    positive("optim.normLrMultiplier", normLrMultiplier);
    if (!(layerDecay > 0 && layerDecay <= 1)) {
      throw invalid("optim.layerDecay", "in (0, 1]", layerDecay);
    }
    positive("optim.headLrMultiplier", headLrMultiplier);
    if (classifierLrMultiplier != null) {
      positive("optim.classifierLrMultiplier", classifierLrMultiplier);
    }
    if (projectionLrMultiplier != null) {
      positive("optim.projectionLrMultiplier", projectionLrMultiplier);
    }
    if (decoderLrMultiplier != null) {
      positive("optim.decoderLrMultiplier", decoderLrMultiplier);
    }
    nonNegative("optim.weightDecay", weightDecay);
    if (betas.size() != 2 || !betas.stream().allMatch(beta -> beta >= 0 && beta < 1)) {
      throw invalid("optim.betas", "two numbers in [0, 1)", betas);
    }
    betas = List.copyOf(betas);
    nonNegative("optim.clipGradNorm", clipGradNorm);
    positive("optim.power", power);
    probability("optim.minLrMultiplier", minLrMultiplier);
  }

  /// Peak learning rate of the encoder's norms, before `layerDecay`.
  public double normLr() {
    return lr * normLrMultiplier;
  }

  /// Peak learning rate of the classifiers.
  public double classifierLr() {
    return lr * (classifierLrMultiplier == null ? headLrMultiplier : classifierLrMultiplier);
  }

  /// Peak learning rate of the projection head.
  public double projectionLr() {
    return projectionLrMultiplier == null ? classifierLr() : lr * projectionLrMultiplier;
  }

  /// Peak learning rate of the decoder.
  public double decoderLr() {
    return lr * (decoderLrMultiplier == null ? headLrMultiplier : decoderLrMultiplier);
  }
}
