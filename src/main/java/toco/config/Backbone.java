package toco.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The encoders known by their timm names, and `custom`, whose shape is in the configuration. A tag
/// is part of the name where releases of one architecture need different treatment.
///
/// `vit_small_early_patch16_224` is the early model that timm once called `vit_small_patch16_224`
/// (width 768, 8 blocks, no qkv bias). Distilled variants have a distillation token next to the
/// class token.
public enum Backbone {
  DEIT_TINY_PATCH16_224(224, 16, Width.TINY, Family.PLAIN),
  DEIT_SMALL_PATCH16_224(224, 16, Width.SMALL, Family.PLAIN),
  DEIT_BASE_PATCH16_224(224, 16, Width.BASE, Family.PLAIN),
  DEIT_BASE_PATCH16_384(384, 16, Width.BASE, Family.PLAIN),
  DEIT_TINY_DISTILLED_PATCH16_224(224, 16, Width.TINY, Family.DISTILLED),
  DEIT_SMALL_DISTILLED_PATCH16_224(224, 16, Width.SMALL, Family.DISTILLED),
  DEIT_BASE_DISTILLED_PATCH16_224(224, 16, Width.BASE, Family.DISTILLED),
  DEIT_BASE_DISTILLED_PATCH16_384(384, 16, Width.BASE, Family.DISTILLED),
  VIT_SMALL_EARLY_PATCH16_224(224, 16, Width.EARLY_SMALL, Family.EARLY),
  VIT_TINY_PATCH16_224(224, 16, Width.TINY, Family.PLAIN),
  VIT_SMALL_PATCH16_224(224, 16, Width.SMALL, Family.PLAIN),
  VIT_BASE_PATCH16_224(224, 16, Width.BASE, Family.PLAIN),
  VIT_BASE_PATCH16_384(384, 16, Width.BASE, Family.PLAIN),
  VIT_LARGE_PATCH16_224(224, 16, Width.LARGE, Family.PLAIN),
  VIT_LARGE_PATCH16_384(384, 16, Width.LARGE, Family.PLAIN),
  VIT_TINY_PATCH16_224__AUGREG(224, 16, Width.TINY, Family.AUGREG),
  VIT_SMALL_PATCH16_224__AUGREG(224, 16, Width.SMALL, Family.AUGREG),
  VIT_SMALL_PATCH16_384__AUGREG(384, 16, Width.SMALL, Family.AUGREG),
  VIT_BASE_PATCH16_224__AUGREG(224, 16, Width.BASE, Family.AUGREG),
  VIT_BASE_PATCH16_384__AUGREG(384, 16, Width.BASE, Family.AUGREG),
  VIT_LARGE_PATCH16_224__AUGREG(224, 16, Width.LARGE, Family.AUGREG),
  VIT_LARGE_PATCH16_384__AUGREG(384, 16, Width.LARGE, Family.AUGREG),
  VIT_SMALL_PATCH16_224__DINO(224, 16, Width.SMALL, Family.DINO),
  VIT_SMALL_PATCH8_224__DINO(224, 8, Width.SMALL, Family.DINO),
  VIT_BASE_PATCH16_224__DINO(224, 16, Width.BASE, Family.DINO),
  VIT_BASE_PATCH8_224__DINO(224, 8, Width.BASE, Family.DINO),
  VIT_BASE_PATCH16_224__MAE(224, 16, Width.BASE, Family.PLAIN),
  VIT_LARGE_PATCH16_224__MAE(224, 16, Width.LARGE, Family.PLAIN),
  VIT_HUGE_PATCH14_224__MAE(224, 14, Width.HUGE, Family.PLAIN),
  DEIT3_SMALL_PATCH16_224(224, 16, Width.SMALL, Family.DEIT3),
  DEIT3_SMALL_PATCH16_384(384, 16, Width.SMALL, Family.DEIT3),
  DEIT3_MEDIUM_PATCH16_224(224, 16, Width.MEDIUM, Family.DEIT3),
  DEIT3_BASE_PATCH16_224(224, 16, Width.BASE, Family.DEIT3),
  DEIT3_BASE_PATCH16_384(384, 16, Width.BASE, Family.DEIT3),
  DEIT3_LARGE_PATCH16_224(224, 16, Width.LARGE, Family.DEIT3),
  DEIT3_LARGE_PATCH16_384(384, 16, Width.LARGE, Family.DEIT3),
  DEIT3_HUGE_PATCH14_224(224, 14, Width.HUGE, Family.DEIT3),
  VIT_SMALL_PATCH14_DINOV2(518, 14, Width.SMALL, Family.DINOV2),
  VIT_BASE_PATCH14_DINOV2(518, 14, Width.BASE, Family.DINOV2),
  VIT_LARGE_PATCH14_DINOV2(518, 14, Width.LARGE, Family.DINOV2),
  VIT_SMALL_PATCH14_REG4_DINOV2(518, 14, Width.SMALL, Family.DINOV2_REGISTERS),
  VIT_BASE_PATCH14_REG4_DINOV2(518, 14, Width.BASE, Family.DINOV2_REGISTERS),
  VIT_LARGE_PATCH14_REG4_DINOV2(518, 14, Width.LARGE, Family.DINOV2_REGISTERS),
  VIT_BASE_PATCH16_CLIP_224(224, 16, Width.BASE, Family.CLIP),
  VIT_BASE_PATCH16_CLIP_QUICKGELU_224(224, 16, Width.BASE, Family.CLIP_QUICK_GELU),
  VIT_LARGE_PATCH14_CLIP_224(224, 14, Width.LARGE, Family.CLIP),
  VIT_LARGE_PATCH14_CLIP_224__LAION2B(224, 14, Width.LARGE, Family.CLIP_HALF),
  VIT_LARGE_PATCH14_CLIP_QUICKGELU_224(224, 14, Width.LARGE, Family.CLIP_QUICK_GELU),
  VIT_LARGE_PATCH14_CLIP_336(336, 14, Width.LARGE, Family.CLIP),
  VIT_LARGE_PATCH14_CLIP_QUICKGELU_336(336, 14, Width.LARGE, Family.CLIP_QUICK_GELU),
  VIT_SMALL_PATCH16_DINOV3(256, 16, Width.SMALL, Family.DINOV3),
  VIT_BASE_PATCH16_DINOV3(256, 16, Width.BASE, Family.DINOV3),
  VIT_LARGE_PATCH16_DINOV3(256, 16, Width.LARGE, Family.DINOV3),
  VIT_SMALL_PATCH16_DINOV3_QKVB(256, 16, Width.SMALL, Family.DINOV3_QKVB),
  VIT_BASE_PATCH16_DINOV3_QKVB(256, 16, Width.BASE, Family.DINOV3_QKVB),
  VIT_LARGE_PATCH16_DINOV3_QKVB(256, 16, Width.LARGE, Family.DINOV3_QKVB),
  CUSTOM(0, 0, Width.TINY, Family.PLAIN);

  /// Token width, blocks and heads.
  private enum Width {
    TINY(192, 12, 3),
    SMALL(384, 12, 6),
    EARLY_SMALL(768, 8, 8),
    MEDIUM(512, 12, 8),
    BASE(768, 12, 12),
    LARGE(1024, 24, 16),
    HUGE(1280, 32, 16);

    private final int embedDim;
    private final int depth;
    private final int numHeads;

    Width(int embedDim, int depth, int numHeads) {
      this.embedDim = embedDim;
      this.depth = depth;
      this.numHeads = numHeads;
    }
  }

  /// What releases of one publisher have in common.
  private enum Family {
    PLAIN(VitVariant.PLAIN, PixelStatistics.IMAGENET, true, 1e-6),
    DISTILLED(VitVariant.PLAIN, PixelStatistics.IMAGENET, true, 1e-6),
    EARLY(VitVariant.PLAIN, PixelStatistics.IMAGENET, false, 1e-5),
    AUGREG(VitVariant.PLAIN, PixelStatistics.HALF, true, 1e-6),
    DINO(VitVariant.DINO, PixelStatistics.IMAGENET, true, 1e-6),
    DEIT3(VitVariant.DEIT3, PixelStatistics.IMAGENET, true, 1e-6),
    DINOV2(VitVariant.DINOV2, PixelStatistics.IMAGENET, true, 1e-6),
    DINOV2_REGISTERS(VitVariant.DINOV2_REGISTERS, PixelStatistics.IMAGENET, true, 1e-6),
    CLIP(VitVariant.CLIP, PixelStatistics.CLIP, true, 1e-5),
    CLIP_HALF(VitVariant.CLIP, PixelStatistics.HALF, true, 1e-5),
    CLIP_QUICK_GELU(VitVariant.CLIP_QUICK_GELU, PixelStatistics.CLIP, true, 1e-5),
    DINOV3(VitVariant.DINOV3, PixelStatistics.IMAGENET, false, 1e-5),
    DINOV3_QKVB(VitVariant.DINOV3, PixelStatistics.IMAGENET, true, 1e-5);

    private final VitVariant variant;
    private final PixelStatistics statistics;
    private final boolean qkvBias;
    private final double layerNormEps;

    Family(VitVariant variant, PixelStatistics statistics, boolean qkvBias, double layerNormEps) {
      this.variant = variant;
      this.statistics = statistics;
      this.qkvBias = qkvBias;
      this.layerNormEps = layerNormEps;
    }
  }

  private final int imageSizePx;
  private final int patchSizePx;
  private final Width width;
  private final Family family;

  Backbone(int imageSizePx, int patchSizePx, Width width, Family family) {
    this.imageSizePx = imageSizePx;
    this.patchSizePx = patchSizePx;
    this.width = width;
    this.family = family;
  }

  /// timm's name, as configuration files write it.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace("__", ".");
  }

  /// The backbones of these sizes.
  public static List<Backbone> fitting(
      int imageSizePx, int patchSizePx, int embedDim, int depth, boolean distilled) {
    return Stream.of(values())
        .filter(backbone ->
            backbone != CUSTOM
                && backbone.patchSizePx == patchSizePx
                && backbone.imageSizePx == imageSizePx
                && backbone.width.embedDim == embedDim
                && backbone.width.depth == depth
                && backbone.isDistilled() == distilled)
        .toList();
  }

  /// The mean and standard deviation by which the publisher normalised images; ImageNet's for
  /// `custom`.
  public PixelStatistics statistics() {
    return family.statistics;
  }

  private boolean isDistilled() {
    return family == Family.DISTILLED;
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
    boolean early = family == Family.EARLY;
    int scaledWidth = early && pretrained ? width.embedDim : width.embedDim / width.numHeads;
    return new EncoderShape(
        imageSizePx,
        patchSizePx,
        width.embedDim,
        width.depth,
        width.numHeads,
        early ? 3 : 4,
        family.qkvBias,
        family.layerNormEps,
        1 / Math.sqrt(scaledWidth),
        isDistilled(),
        family.variant);
  }
}
