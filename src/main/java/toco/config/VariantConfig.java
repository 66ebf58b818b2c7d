package toco.config;

import static toco.config.EncoderShapes.or;

import org.jspecify.annotations.Nullable;
import toco.config.VitVariant.Activation;
import toco.config.VitVariant.Position;
import toco.config.VitVariant.Resampling;

/// `model.variant.*`: the switches of today's encoders, for a `custom` backbone. With a named
/// backbone they stay absent (null: the backbone's own value), except `resampling`, which may be
/// set for any.
///
/// @param layerScale whether attention and MLP are scaled per channel (LayerScale); default for a
///   custom backbone: false
/// @param registerTokens number of register tokens; default for a custom backbone: 0
/// @param position `learned` (with a row for the class token), `learned_patches` (without) or
///   `rope` (rotary, DINOv3); default for a custom backbone: learned
/// @param resampling how a stored position embedding is resampled to another grid: `hf` (bicubic),
///   `timm` (bicubic, antialiased) or `original` (DINO's and DINOv2's scale factors). Absent: the
///   rule of the backbone's publisher; for a custom backbone, and the published ToCo, hf. With
///   rotary embeddings `original` rounds the periods to bfloat16, as in the publisher's files
/// @param preNorm whether all tokens are normed before the first block (CLIP); default for a custom
///   backbone: false
/// @param patchBias whether the patch embedding has a bias; default for a custom backbone: true
/// @param activation of the MLP, `gelu` or `quick_gelu`; default for a custom backbone: gelu
/// @param keyBias whether keys have a bias like queries and values; default for a custom backbone:
///   true
public record VariantConfig(
    @Default("null") @Nullable Boolean layerScale,
    @Default("null") @Nullable Integer registerTokens,
    @Default("null") @Nullable Position position,
    @Default("null") @Nullable Resampling resampling,
    @Default("null") @Nullable Boolean preNorm,
    @Default("null") @Nullable Boolean patchBias,
    @Default("null") @Nullable Activation activation,
    @Default("null") @Nullable Boolean keyBias) {

  /// The switches of a custom backbone: those that are absent are the plain ViT's.
  VitVariant custom() {
    return over(VitVariant.PLAIN);
  }

  /// The switches of a named backbone, which no key may contradict.
  VitVariant of(Backbone backbone, VitVariant published) {
    var set = over(published);
    var own = set.with(published.resampling());
    if (!own.equals(published)) {
      throw new ConfigException(
          "model.variant",
          "model.variant has %s, but %s has %s; remove the keys, or set model.backbone to custom"
              .formatted(own, backbone, published));
    }
    return set;
  }

  private VitVariant over(VitVariant base) {
    return new VitVariant(
        or(layerScale, base.layerScale()),
        or(registerTokens, base.registerTokens()),
        or(position, base.position()),
        or(resampling, base.resampling()),
        or(preNorm, base.preNorm()),
        or(patchBias, base.patchBias()),
        or(activation, base.activation()),
        or(keyBias, base.keyBias()));
  }
}
