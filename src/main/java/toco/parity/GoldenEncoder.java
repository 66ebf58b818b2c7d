package toco.parity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.KeyRule;
import toco.config.ModelConfig;
import toco.config.VitVariant.Position;
import toco.config.VitVariant.Resampling;
import toco.model.Toco;
import toco.torch.Device;
import tools.jackson.databind.JsonNode;

/// The encoder of a golden case: its switches are in the case's parameters, its weights in files of
/// several publishers' forms, all of which must give the same network.
///
/// @param golden has the parameters `arch` and, except for real networks, `weights`
/// @param directory the folder of the case, which the names of weights are relative to
record GoldenEncoder(GoldenCase golden, Path directory) {
  /// A file, and weights in it that are not to be loaded.
  private static final Pattern WEIGHTS =
      Pattern.compile("(?<file>\\S+?)(?: without its (?<without>\\w+(?: and \\w+)*))?");

  private static final List<String> SMALL_HEADS =
      List.of(
          "model.backbone=custom",
          "model.decoderChannels=8",
          "model.projectionHidden=8",
          "model.projectionBottleneck=8",
          "model.projectionOut=8");

  /// The weights by form, such as `timm`: a file or folder, and for one case a remark.
  Map<String, String> weights() {
    var weights = new LinkedHashMap<String, String>();
    golden
        .group("weights")
        .properties()
        .forEach(entry -> weights.put(entry.getKey(), entry.getValue().stringValue()));
    return weights;
  }

  /// The network with the weights of one form; the caller closes it.
  ///
  /// @param weights as in [#weights]
  Toco load(String weights, Resampling resampling) {
    var parts = WEIGHTS.matcher(weights);
    if (!parts.matches()) {
      throw golden.lacks("a file name in its weights, got '%s'".formatted(weights));
    }
    var without = parts.group("without");
    var rules =
        without == null
            ? List.<KeyRule>of()
            : List.of(
                new KeyRule(
                    Pattern.compile("^(.*\\.(?:%s))$".formatted(without.replace(" and ", "|"))),
                    "without.$1"));
    return load(
        directory.resolve(parts.group("file")), rules, model(resampling, true), golden.device());
  }

  /// A network with these weights; the caller closes it.
  static Toco load(Path weights, List<KeyRule> rules, ModelConfig config, Device device) {
    var model = new Toco(config, device);
    try {
      var _ = StateDict.loadEncoder(weights, model.params().all(), rules);
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /// The configuration with the switches of `arch`, and heads that are as small as possible.
  ///
  /// @param layerScale false for a network without LayerScale whatever `arch` says
  ModelConfig model(Resampling resampling, boolean layerScale) {
    var arch = golden.group("arch");
    var set = new ArrayList<>(SMALL_HEADS);
    put(set, "imageSizePx", arch, "image_size");
    put(set, "patchSizePx", arch, "patch_size");
    put(set, "embedDim", arch, "embed_dim");
    put(set, "depth", arch, "depth");
    put(set, "numHeads", arch, "num_heads");
    put(set, "mlpRatio", arch, "mlp_ratio");
    put(set, "qkvBias", arch, "qkv_bias");
    put(set, "layerNormEps", arch, "layer_norm_eps");
    put(set, "variant.registerTokens", arch, "register_tokens");
    put(set, "variant.preNorm", arch, "pre_norm");
    put(set, "variant.patchBias", arch, "patch_bias");
    put(set, "variant.activation", arch, "activation");
    int patch = arch.path("patch_size").intValue(); // crops, which are not used, must fit it
    set.add("augment.cropSizePx=" + 16 * patch);
    set.add("eval.sizePx=" + 16 * patch);
    set.add("train.localCropSizePx=" + 4 * patch);
    set.add("model.variant.layerScale=" + (layerScale && arch.path("layer_scale").booleanValue()));
    set.add("model.variant.keyBias=" + arch.path("key_bias").booleanValue(true));
    set.add("model.variant.position=" + position(arch));
    set.add("model.variant.resampling=" + resampling);
    if (golden.params().has("aux_layer")) {
      set.add("model.auxLayer=" + golden.integer("aux_layer"));
    }
    return Config.defaults().with(set.toArray(String[]::new)).model();
  }

  private void put(List<String> set, String key, JsonNode arch, String name) {
    var value = arch.path(name);
    if (value.isMissingNode() || value.isNull()) {
      throw golden.lacks("'%s' in its parameter 'arch'".formatted(name));
    }
    set.add("model.%s=%s".formatted(key, value.asString()));
  }

  private Position position(JsonNode arch) {
    return switch (arch.path("position").stringValue("")) {
      case "learned" ->
          arch.path("class_token_position").booleanValue()
              ? Position.LEARNED
              : Position.LEARNED_PATCHES;
      case "rope" -> Position.ROPE;
      default -> throw golden.lacks("a position of 'learned' or 'rope' in its parameter 'arch'");
    };
  }

  /// The rules of `params.rules` by their names there. One name may stand for different calls in
  /// different families, so the recorded call decides. With rotary embeddings it is the rounding of
  /// the periods, see [Resampling#ORIGINAL].
  Map<String, Resampling> rules() {
    var rules = new LinkedHashMap<String, Resampling>();
    for (var rule : golden.group("rules").properties()) {
      var call = rule.getValue().stringValue("");
      rules.put(
          rule.getKey(),
          call.contains("antialias=True")
              ? Resampling.TIMM
              : call.contains("scale_factor=") || call.contains("bfloat16")
                  ? Resampling.ORIGINAL
                  : Resampling.HF);
    }
    return rules;
  }
}
