package toco.config;

import java.util.Map;
import java.util.Optional;
import toco.config.VitVariant.Activation;
import toco.config.VitVariant.Position;
import toco.config.VitVariant.Resampling;

/// Reads the shape of an encoder from `config.json` of transformers. Absent keys have the defaults
/// of its configuration classes.
final class TransformersConfig {
  private static final String REMEDY =
      "; use another release, or this encoder as a TorchScript module (model.encoder: script:PATH)";
  private static final double ROPE_THETA = 100;

  /// The epsilon that the configurations of ViT, DeiT and MAE have by default, and the one that
  /// these networks were trained with.
  private static final double DEFAULT_EPS = 1e-12;

  private static final double TRAINED_EPS = 1e-6;

  private static final String NO_CLASS_TOKEN = "has no class token, which ToCo needs";
  private static final String RELATIVE = "has relative position biases, which ToCo does not have";
  private static final String NOT_PLAIN = "is no plain vision transformer";

  /// Why encoders of other types cannot be used.
  private static final Map<String, String> REFUSED =
      Map.ofEntries(
          Map.entry("siglip", NO_CLASS_TOKEN),
          Map.entry("siglip_vision_model", NO_CLASS_TOKEN),
          Map.entry("siglip2", NO_CLASS_TOKEN),
          Map.entry("siglip2_vision_model", NO_CLASS_TOKEN),
          Map.entry("ijepa", NO_CLASS_TOKEN),
          Map.entry("beit", RELATIVE),
          Map.entry("data2vec-vision", RELATIVE),
          Map.entry("sam", RELATIVE),
          Map.entry("swin", NOT_PLAIN),
          Map.entry("swinv2", NOT_PLAIN),
          Map.entry("segformer", NOT_PLAIN),
          Map.entry("hiera", NOT_PLAIN),
          Map.entry("pvt", NOT_PLAIN),
          Map.entry("pvt_v2", NOT_PLAIN),
          Map.entry("convnext", NOT_PLAIN),
          Map.entry("convnextv2", NOT_PLAIN),
          Map.entry("dinov3_convnext", NOT_PLAIN),
          Map.entry("resnet", NOT_PLAIN));

  /// Sizes that a configuration class has by default.
  private record Sizes(int imageSizePx, int patchSizePx, int embedDim, int heads) {}

  private static final Sizes VIT = new Sizes(224, 16, 768, 12);
  private static final Sizes DINOV2 = new Sizes(224, 14, 768, 12);
  private static final Sizes DINOV3 = new Sizes(224, 16, 384, 6);
  private static final Sizes CLIP = new Sizes(224, 32, 768, 12);

  private final PublishedJson json;

  private TransformersConfig(PublishedJson json) {
    this.json = json;
  }

  /// The shape; empty for an unknown `model_type`.
  ///
  /// @throws ConfigException if it is known, but ToCo has no such encoder
  static Optional<EncoderShape> shape(PublishedJson json) {
    var type = json.text("model_type", "");
    var config = new TransformersConfig(json);
    var reason = REFUSED.get(type);
    if (reason != null) {
      throw json.refused("model_type %s %s%s".formatted(type, reason, REMEDY));
    }
    return switch (type) {
      case "vit", "vit_mae" -> Optional.of(config.vit(false));
      case "deit" -> Optional.of(config.vit(true));
      case "dinov2" -> Optional.of(config.dinov2(VitVariant.DINOV2, 0));
      case "dinov2_with_registers" -> Optional.of(config.dinov2(VitVariant.DINOV2_REGISTERS, 4));
      case "dinov3_vit" -> Optional.of(config.dinov3());
      case "clip_vision_model" -> Optional.of(config.clip());
      case "clip" -> {
        var part = json.has("vision_config") ? "vision_config" : "vision_config_dict";
        yield Optional.of(new TransformersConfig(json.at(part)).clip());
      }
      default -> Optional.empty();
    };
  }

  private EncoderShape vit(boolean distilled) {
    double eps = json.number("layer_norm_eps", DEFAULT_EPS);
    return shape(
        VIT,
        3072,
        json.flag("qkv_bias", true),
        eps == DEFAULT_EPS ? TRAINED_EPS : eps,
        distilled,
        with(VitVariant.PLAIN, 0, activation("gelu")));
  }

  private EncoderShape dinov2(VitVariant published, int registers) {
    if (json.flag("use_swiglu_ffn", false)) {
      throw json.refused("has a SwiGLU MLP (use_swiglu_ffn), which ToCo does not have" + REMEDY);
    }
    int width = json.integer("hidden_size", 768);
    return shape(
        DINOV2,
        json.number("mlp_ratio", 4) * width,
        json.flag("qkv_bias", true),
        json.number("layer_norm_eps", 1e-6),
        false,
        with(published, json.integer("num_register_tokens", registers), activation("gelu")));
  }

  private EncoderShape dinov3() {
    if (json.flag("use_gated_mlp", false)) {
      throw json.refused("has a SwiGLU MLP (use_gated_mlp), which ToCo does not have" + REMEDY);
    }
    double theta =
        json.number("rope_theta", json.at("rope_parameters").number("rope_theta", ROPE_THETA));
    if (theta != ROPE_THETA) {
      throw json.refused(
          "rope_theta is %s, but ToCo's rotary embedding has 100%s".formatted(theta, REMEDY));
    }
    boolean query = json.flag("query_bias", true);
    boolean key = json.flag("key_bias", false);
    if (query != json.flag("value_bias", true) || (key && !query)) {
      throw json.refused(
          "has a bias of only some of queries and values, which ToCo does not have" + REMEDY);
    }
    if (!json.flag("mlp_bias", true) || !json.flag("proj_bias", true)) {
      throw json.refused("has layers without bias (mlp_bias, proj_bias)" + REMEDY);
    }
    return shape(
        DINOV3,
        1536,
        query,
        json.number("layer_norm_eps", 1e-5),
        false,
        new VitVariant(
            true,
            json.integer("num_register_tokens", 0),
            Position.ROPE,
            Resampling.HF,
            false,
            true,
            activation("gelu"),
            key));
  }

  private EncoderShape clip() {
    return shape(
        CLIP,
        3072,
        true,
        json.number("layer_norm_eps", 1e-5),
        false,
        with(VitVariant.CLIP, 0, activation("quick_gelu")));
  }

  private static VitVariant with(VitVariant base, int registers, Activation activation) {
    return new VitVariant(
        base.layerScale(),
        registers,
        base.position(),
        base.resampling(),
        base.preNorm(),
        base.patchBias(),
        activation,
        base.keyBias());
  }

  private Activation activation(String otherwise) {
    var name = json.text("hidden_act", otherwise);
    return switch (name) {
      case "gelu" -> Activation.GELU;
      case "quick_gelu" -> Activation.QUICK_GELU;
      default ->
          throw json.refused(
              "hidden_act is %s, but ToCo has gelu and quick_gelu%s".formatted(name, REMEDY));
    };
  }

  private EncoderShape shape(
      Sizes sizes,
      double mlpWidth,
      boolean qkvBias,
      double eps,
      boolean distilled,
      VitVariant variant) {
    int width = json.integer("hidden_size", sizes.embedDim);
    int patch = json.integer("patch_size", sizes.patchSizePx);
    int heads = json.integer("num_attention_heads", sizes.heads);
    int channels = json.integer("num_channels", 3);
    if (width < 1 || patch < 1 || heads < 1 || channels != 3) {
      throw json.refused(
          ("hidden_size %s, patch_size %s, num_attention_heads %s and num_channels %s are not those"
                  + " of an encoder of RGB images")
              .formatted(width, patch, heads, channels));
    }
    return new EncoderShape(
        json.integer("image_size", sizes.imageSizePx) / patch * patch,
        patch,
        width,
        json.integer("num_hidden_layers", 12),
        heads,
        PublishedEncoder.mlpRatio(json.number("intermediate_size", mlpWidth), width),
        qkvBias,
        eps,
        1 / Math.sqrt((double) width / heads),
        distilled,
        variant);
  }
}
