package toco.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The encoders known by their timm names, and `custom`, whose shape is in the configuration.
///
/// `vit_small_patch16_224` is timm's early model of that name (width 768, 8 blocks, no qkv bias).
/// Distilled variants have a distillation token next to the class token.
public enum Backbone {
  DEIT_TINY_PATCH16_224(224, 192, 12, 3, false),
  DEIT_SMALL_PATCH16_224(224, 384, 12, 6, false),
  DEIT_BASE_PATCH16_224(224, 768, 12, 12, false),
  DEIT_BASE_PATCH16_384(384, 768, 12, 12, false),
  DEIT_TINY_DISTILLED_PATCH16_224(224, 192, 12, 3, true),
  DEIT_SMALL_DISTILLED_PATCH16_224(224, 384, 12, 6, true),
  DEIT_BASE_DISTILLED_PATCH16_224(224, 768, 12, 12, true),
  DEIT_BASE_DISTILLED_PATCH16_384(384, 768, 12, 12, true),
  VIT_SMALL_PATCH16_224(224, 768, 8, 8, false),
  VIT_BASE_PATCH16_224(224, 768, 12, 12, false),
  VIT_BASE_PATCH16_384(384, 768, 12, 12, false),
  VIT_LARGE_PATCH16_224(224, 1024, 24, 16, false),
  VIT_LARGE_PATCH16_384(384, 1024, 24, 16, false),
  CUSTOM(0, 0, 0, 0, false);

  private static final int PATCH_SIZE_PX = 16;

  private final int imageSizePx;
  private final int embedDim;
  private final int depth;
  private final int numHeads;
  private final boolean distilled;

  Backbone(int imageSizePx, int embedDim, int depth, int numHeads, boolean distilled) {
    this.imageSizePx = imageSizePx;
    this.embedDim = embedDim;
    this.depth = depth;
    this.numHeads = numHeads;
    this.distilled = distilled;
  }

  /// timm's name, as configuration files write it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The backbones of these sizes.
  public static List<Backbone> fitting(
      int imageSizePx, int patchSizePx, int embedDim, int depth, boolean distilled) {
    return Stream.of(values())
        .filter(backbone ->
            backbone != CUSTOM
                && patchSizePx == PATCH_SIZE_PX
                && backbone.imageSizePx == imageSizePx
                && backbone.embedDim == embedDim
                && backbone.depth == depth
                && backbone.distilled == distilled)
        .toList();
  }

  /// The published shape.
  ///
  /// @param pretrained whether published weights will be loaded: the early ViT-S was trained with
  ///   the attention scale 768^−0.5, and its weights need it
  /// @throws IllegalStateException for `custom`, which has no published shape
  EncoderShape shape(boolean pretrained) {
    if (this == CUSTOM) {
      throw new IllegalStateException("a custom backbone has no published shape");
    }
    boolean early = this == VIT_SMALL_PATCH16_224;
    int scaledWidth = early && pretrained ? embedDim : embedDim / numHeads;
    return new EncoderShape(
        imageSizePx,
        PATCH_SIZE_PX,
        embedDim,
        depth,
        numHeads,
        early ? 3 : 4,
        !early,
        early ? 1e-5 : 1e-6,
        1 / Math.sqrt(scaledWidth),
        distilled);
  }
}
