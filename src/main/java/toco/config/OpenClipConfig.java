package toco.config;

import java.util.Set;
import toco.config.VitVariant.Activation;

/// Reads the shape of the image tower from `open_clip_config.json` of open_clip. Absent keys have
/// the defaults of its vision tower.
final class OpenClipConfig {
  /// Keys that are sizes, or do not change what the tower computes before its pooling.
  private static final Set<String> KNOWN =
      Set.of(
          "image_size",
          "layers",
          "width",
          "patch_size",
          "head_width",
          "mlp_ratio",
          "ls_init_value",
          "no_ln_pre",
          "patch_dropout",
          "pool_type",
          "final_ln_after_pool",
          "output_tokens");

  private OpenClipConfig() {}

  /// @throws ConfigException if ToCo has no such encoder
  static EncoderShape shape(PublishedJson json) {
    var model = json.at("model_cfg");
    var vision = model.at("vision_cfg");
    vision.keys().stream()
        .filter(key -> !KNOWN.contains(key) && vision.isSet(key))
        .findFirst()
        .ifPresent(key -> {
          throw json.refused(
              ("model_cfg.vision_cfg has %s, which ToCo does not know; set model.backbone, or use"
                      + " this encoder as a TorchScript module (model.encoder: script:PATH)")
                  .formatted(key));
        });
    int width = vision.integer("width", 768);
    int patch = vision.integer("patch_size", 16);
    int headWidth = vision.integer("head_width", 64);
    if (patch < 1 || headWidth < 1 || width < headWidth) {
      throw json.refused(
          "width %s, patch_size %s and head_width %s are not those of an encoder"
              .formatted(width, patch, headWidth));
    }
    int heads = width / headWidth;
    boolean quick = model.flag("quick_gelu", false);
    return new EncoderShape(
        vision.integer("image_size", 224) / patch * patch,
        patch,
        width,
        vision.integer("layers", 12),
        heads,
        PublishedEncoder.mlpRatio(vision.number("mlp_ratio", 4) * width, width),
        true,
        1e-5,
        1 / Math.sqrt((double) width / heads),
        false,
        new VitVariant(
            vision.has("ls_init_value"),
            0,
            VitVariant.Position.LEARNED,
            VitVariant.Resampling.HF,
            !vision.flag("no_ln_pre", false),
            false,
            quick ? Activation.QUICK_GELU : Activation.GELU,
            true));
  }
}
