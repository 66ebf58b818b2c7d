package toco.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the folder of published weights says of its encoder: `config.json` of transformers, timm or
/// ToCo itself, or `open_clip_config.json`.
///
/// @param source the file that says it
/// @param backbone the named backbone that timm's `architecture` is; null: `shape` is its own
/// @param shape sizes and switches
/// @param statistics by which its images were normalised, if the folder says so
public record PublishedEncoder(
    Path source,
    @Nullable Backbone backbone,
    EncoderShape shape,
    Optional<PixelStatistics> statistics) {

  /// Names under which publishers store weights next to such a file.
  private static final Pattern USUAL =
      Pattern.compile(
          "(model|pytorch_model|open_clip_model|open_clip_pytorch_model)"
              + "\\.(safetensors|bin)(\\.index\\.json)?");

  /// What the folder says, or the folder of a file with one of the publishers' usual names; empty
  /// if it says nothing that is known.
  ///
  /// @param pretrained the value of `model.pretrained`
  /// @throws ConfigException if it describes an encoder that ToCo does not have
  public static Optional<PublishedEncoder> of(Path pretrained) {
    var name = String.valueOf(pretrained.getFileName());
    if (Files.isDirectory(pretrained)) {
      return in(pretrained, false);
    }
    return USUAL.matcher(name).matches() && Files.isRegularFile(pretrained)
        ? in(pretrained.resolveSibling("."), name.startsWith("open_clip"))
        : Optional.empty();
  }

  private static Optional<PublishedEncoder> in(Path folder, boolean openClipFirst) {
    var config = PublishedJson.read(folder.resolve("config.json").normalize());
    var openClip =
        PublishedJson.read(folder.resolve("open_clip_config.json").normalize())
            .filter(json -> json.at("model_cfg").has("vision_cfg"))
            .filter(_ -> openClipFirst || config.isEmpty() || !isKnown(config.get()));
    if (openClip.isPresent()) {
      var json = openClip.get();
      var statistics = json.at("preprocess_cfg").statistics("mean", "std");
      return Optional.of(
          new PublishedEncoder(json.file(), null, OpenClipConfig.shape(json), statistics));
    }
    return config.flatMap(json ->
        NetworkFolder.isOwn(json)
            ? Optional.of(NetworkFolder.encoder(json))
            : json.has("architecture") ? timm(json) : transformers(json));
  }

  private static boolean isKnown(PublishedJson config) {
    return config.has("architecture") || config.has("model_type");
  }

  private static Optional<PublishedEncoder> transformers(PublishedJson json) {
    var preprocessor =
        PublishedJson.read(json.file().resolveSibling("preprocessor_config.json"))
            .filter(found -> found.flag("do_normalize", true))
            .flatMap(found -> found.statistics("image_mean", "image_std"));
    return TransformersConfig.shape(json)
        .map(shape -> new PublishedEncoder(json.file(), null, shape, preprocessor));
  }

  private static Optional<PublishedEncoder> timm(PublishedJson json) {
    var pretrained = json.at("pretrained_cfg");
    var tag = pretrained.text("tag", "");
    var architecture = json.text("architecture", "");
    var arguments = json.at("model_args");
    return BackboneNames.find(tag.isEmpty() ? architecture : architecture + "." + tag)
        .filter(found -> found != Backbone.CUSTOM)
        .map(backbone -> {
          arguments.keys().stream()
              .filter(key -> !key.equals("img_size") && !key.equals("num_classes"))
              .findFirst()
              .ifPresent(key -> {
                throw json.refused(
                    "model_args has %s, which changes %s; set model.backbone: custom and its keys"
                        .formatted(key, backbone));
              });
          var shape = backbone.shape(true);
          int side = arguments.integer("img_size", shape.imageSizePx());
          return new PublishedEncoder(
              json.file(),
              backbone,
              shape.with(side, shape.attentionScale(), shape.variant()),
              pretrained.statistics("mean", "std"));
        });
  }

  /// The ratio that gives an MLP exactly this width.
  static double mlpRatio(double mlpWidth, int width) {
    double ratio = mlpWidth / width;
    return (long) (ratio * width) < (long) mlpWidth ? Math.nextUp(ratio) : ratio;
  }

  /// The keys of a configuration that describe this encoder, with their values as YAML.
  Map<String, String> keys() {
    var keys = new LinkedHashMap<String, String>();
    if (backbone != null) {
      keys.put("model.backbone", backbone.toString());
      if (shape.imageSizePx() != backbone.imageSizePx()) {
        keys.put("model.imageSizePx", String.valueOf(shape.imageSizePx()));
      }
      addStatistics(keys, backbone);
      return keys;
    }
    var variant = shape.variant();
    keys.put("model.backbone", Backbone.CUSTOM.toString());
    keys.put("model.imageSizePx", String.valueOf(shape.imageSizePx()));
    keys.put("model.patchSizePx", String.valueOf(shape.patchSizePx()));
    keys.put("model.embedDim", String.valueOf(shape.embedDim()));
    keys.put("model.depth", String.valueOf(shape.depth()));
    keys.put("model.numHeads", String.valueOf(shape.numHeads()));
    keys.put("model.mlpRatio", String.valueOf(shape.mlpRatio()));
    keys.put("model.qkvBias", String.valueOf(shape.qkvBias()));
    keys.put("model.layerNormEps", String.valueOf(shape.layerNormEps()));
    keys.put("model.distilled", String.valueOf(shape.distilled()));
    if (shape.attentionScale() != EncoderShapes.usualScale(shape.embedDim(), shape.numHeads())) {
      keys.put("model.attentionScale", String.valueOf(shape.attentionScale()));
    }
    keys.put("model.variant.layerScale", String.valueOf(variant.layerScale()));
    keys.put("model.variant.registerTokens", String.valueOf(variant.registerTokens()));
    keys.put("model.variant.position", variant.position().toString());
    keys.put("model.variant.resampling", variant.resampling().toString());
    keys.put("model.variant.preNorm", String.valueOf(variant.preNorm()));
    keys.put("model.variant.patchBias", String.valueOf(variant.patchBias()));
    keys.put("model.variant.activation", variant.activation().toString());
    keys.put("model.variant.keyBias", String.valueOf(variant.keyBias()));
    boolean plain = variant.with(VitVariant.PLAIN.resampling()).equals(VitVariant.PLAIN);
    keys.put("model.patchFit", (plain ? PatchFit.CROP : PatchFit.RESIZE).toString());
    addStatistics(keys, Backbone.CUSTOM);
    return keys;
  }

  private void addStatistics(Map<String, String> keys, Backbone known) {
    statistics
        .filter(own -> !own.equals(known.statistics()))
        .ifPresent(own -> {
          keys.put("model.mean", own.mean().toString());
          keys.put("model.std", own.std().toString());
        });
  }

  /// Checks that a configuration has what weights do not show: number of heads, epsilon and
  /// activation.
  ///
  /// @throws ConfigException naming the first difference
  public void requireFits(ModelConfig model) {
    var own = model.encoderShape();
    require("model.numHeads", shape.numHeads(), own.numHeads(), model);
    require("model.layerNormEps", shape.layerNormEps(), own.layerNormEps(), model);
    require(
        "model.variant.activation",
        shape.variant().activation(),
        own.variant().activation(),
        model);
  }

  private void require(String key, Object published, Object configured, ModelConfig model) {
    if (!published.equals(configured)) {
      throw new ConfigException(
          key,
          ("%s is %s with model.backbone %s, but %s says %s; remove model.backbone and the keys of"
                  + " its shape to take the folder's")
              .formatted(key, configured, model.backbone(), source, published));
    }
  }
}
