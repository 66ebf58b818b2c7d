package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.invalid;
import static toco.config.ValueChecks.multipleOf;
import static toco.config.ValueChecks.positive;

/// The shape of the encoder: that of a named backbone, or that of a custom one. Obtained from
/// [ModelConfig#encoderShape()].
///
/// @param imageSizePx side of the square image that the position embedding covers
/// @param patchSizePx side of a patch, P
/// @param embedDim token width, D
/// @param depth number of blocks
/// @param numHeads attention heads; divides `embedDim`
/// @param mlpRatio width of the MLP's hidden layer divided by `embedDim`
/// @param qkvBias whether the query, key and value projection has a bias
/// @param layerNormEps epsilon of every LayerNorm
/// @param attentionScale factor on query·key before the softmax
/// @param distilled whether a distillation token follows the class token
/// @param variant the switches of today's encoders
public record EncoderShape(
    int imageSizePx,
    int patchSizePx,
    int embedDim,
    int depth,
    int numHeads,
    double mlpRatio,
    boolean qkvBias,
    double layerNormEps,
    double attentionScale,
    boolean distilled,
    VitVariant variant) {

  public EncoderShape {
    atLeast("model.patchSizePx", patchSizePx, 1);
    atLeast("model.imageSizePx", imageSizePx, patchSizePx);
    multipleOf("model.imageSizePx", imageSizePx, patchSizePx);
    atLeast("model.embedDim", embedDim, 1);
    atLeast("model.depth", depth, 1);
    atLeast("model.numHeads", numHeads, 1);
    if (embedDim % numHeads != 0) {
      throw invalid("model.numHeads", "a divisor of model.embedDim (" + embedDim + ")", numHeads);
    }
    positive("model.mlpRatio", mlpRatio);
    positive("model.layerNormEps", layerNormEps);
    positive("model.attentionScale", attentionScale);
    if (variant.position() == VitVariant.Position.ROPE && embedDim / numHeads % 4 != 0) {
      throw invalid(
          "model.numHeads",
          "a number that leaves each head a multiple of 4 channels, for rotary embeddings",
          numHeads);
    }
  }

  /// The same blocks, with what may differ from one network to another.
  EncoderShape with(int otherImageSizePx, double otherAttentionScale, VitVariant otherVariant) {
    return new EncoderShape(
        otherImageSizePx,
        patchSizePx,
        embedDim,
        depth,
        numHeads,
        mlpRatio,
        qkvBias,
        layerNormEps,
        otherAttentionScale,
        distilled,
        otherVariant);
  }

  /// Tokens before the patch tokens: the class token, the distillation token if there is one, and
  /// the register tokens.
  public int prefixTokens() {
    return 1 + (distilled ? 1 : 0) + variant.registerTokens();
  }

  /// Rows of the stored position embedding before those of the patches.
  public int prefixPositions() {
    return variant.position() == VitVariant.Position.LEARNED ? prefixTokens() : 0;
  }

  /// Side of the position embedding's grid, in patches.
  public int gridSize() {
    return imageSizePx / patchSizePx;
  }
}
