package toco.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The encoder's shape from the keys of `model.*`: a named backbone's, which no key may contradict,
/// or a custom one's, whose absent keys are the plain ViT's.
final class EncoderShapes {
  private static final int USUAL_GRID = 14;

  private EncoderShapes() {}

  static EncoderShape resolve(
      String encoder,
      Backbone backbone,
      @Nullable Path pretrained,
      @Nullable Integer imageSizePx,
      @Nullable Integer patchSizePx,
      @Nullable Integer embedDim,
      @Nullable Integer depth,
      @Nullable Integer numHeads,
      @Nullable Double mlpRatio,
      @Nullable Boolean qkvBias,
      @Nullable Double layerNormEps,
      @Nullable Double attentionScale,
      @Nullable Boolean distilled,
      VariantConfig variant) {
    if (backbone == Backbone.CUSTOM) {
      int width = needed("model.embedDim", embedDim);
      int patch = needed("model.patchSizePx", patchSizePx);
      boolean script = encoder.startsWith(ModelConfig.SCRIPT);
      int heads = script ? 1 : needed("model.numHeads", numHeads);
      return new EncoderShape(
          script ? or(imageSizePx, USUAL_GRID * patch) : needed("model.imageSizePx", imageSizePx),
          patch,
          width,
          script ? 1 : needed("model.depth", depth),
          heads,
          or(mlpRatio, 4.0),
          or(qkvBias, true),
          or(layerNormEps, 1e-6),
          or(attentionScale, usualScale(width, heads)),
          or(distilled, false),
          variant.custom());
    }
    var published = backbone.shape(pretrained != null);
    fixed("model.patchSizePx", patchSizePx, published.patchSizePx(), backbone);
    fixed("model.embedDim", embedDim, published.embedDim(), backbone);
    fixed("model.depth", depth, published.depth(), backbone);
    fixed("model.numHeads", numHeads, published.numHeads(), backbone);
    fixed("model.mlpRatio", mlpRatio, published.mlpRatio(), backbone);
    fixed("model.qkvBias", qkvBias, published.qkvBias(), backbone);
    fixed("model.layerNormEps", layerNormEps, published.layerNormEps(), backbone);
    fixed("model.distilled", distilled, published.distilled(), backbone);
    return published.with(
        or(imageSizePx, published.imageSizePx()),
        or(attentionScale, published.attentionScale()),
        variant.of(backbone, published.variant()));
  }

  /// The factor on query·key that is used where none is given.
  static double usualScale(int width, int heads) {
    return 1 / Math.sqrt((double) width / heads);
  }

  /// The value of a key, or what it is if it is absent.
  static <T> T or(@Nullable T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  private static int needed(String key, @Nullable Integer value) {
    if (value == null) {
      throw new ConfigException(key, key + " is missing; model.backbone custom needs it");
    }
    return value;
  }

  private static void fixed(String key, @Nullable Object given, Object own, Backbone backbone) {
    if (given != null && !given.equals(own)) {
      throw new ConfigException(
          key,
          "%s is %s but %s has %s; remove the key, or set model.backbone to custom"
              .formatted(key, given, backbone, own));
    }
  }
}
