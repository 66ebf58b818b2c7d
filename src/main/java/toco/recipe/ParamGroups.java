package toco.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import toco.config.Config;
import toco.config.OptimConfig;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.torch.Tensor;

/// The groups of a network's weights. The published four are backbone, its norms, classifiers with
/// all other heads, and decoder. Frozen weights, such as a teacher head's, belong to none; a group
/// whose weights are all frozen is left out.
///
/// `optim.layerDecay` makes a group of each layer of the encoder, by timm's
/// `param_groups_layer_decay`: of d blocks, the patch embedding with the tokens is layer 0, block i
/// is layer i + 1, the final norm is layer d + 1, and the rate of layer n is lr times the (d + 1 −
/// n)-th power of `layerDecay`. Weights that do not decay (`optim.decayNormsAndBiases`) are a group
/// of the same name.
public final class ParamGroups {
  private static final Pattern BLOCK = Pattern.compile("encoder\\.blocks\\.(\\d+)\\..*");

  private ParamGroups() {}

  /// What the weights of a group have in common.
  private record Kind(String name, double lr, boolean decays) {
    ParamGroup of(Map<String, Tensor> members) {
      return ParamGroup.of(name, lr, decays, members);
    }
  }

  /// The group of a weight outside encoder and decoder.
  public record Head(String group, double lr) {
    /// That of the classifiers.
    public static Head classifier(OptimConfig optim) {
      return new Head("classifier", optim.classifierLr());
    }
  }

  /// The published groups.
  ///
  /// @param params stay the caller's, and must outlive the groups
  public static List<ParamGroup> of(Parameters params, Config config) {
    return of(params, config, _ -> Head.classifier(config.optim()));
  }

  /// The published groups, and those of a recipe's own heads.
  ///
  /// @param headOf the group of a weight outside encoder and decoder, by its name
  public static List<ParamGroup> of(
      Parameters params, Config config, Function<String, Head> headOf) {
    var optim = config.optim();
    int depth = config.model().encoderShape().depth();
    var members = new LinkedHashMap<Kind, Map<String, Tensor>>();
    params
        .trainable()
        .forEach((name, weight) -> {
          boolean decays = optim.decayNormsAndBiases() || !isVector(name, weight);
          var kind =
              name.startsWith("encoder.")
                  ? ofEncoder(name, decays, optim, depth)
                  : ofHead(name, decays, optim, headOf);
          members.computeIfAbsent(kind, _ -> new LinkedHashMap<>()).put(name, weight);
        });
    return members.entrySet().stream().map(it -> it.getKey().of(it.getValue())).toList();
  }

  /// Norms, biases, LayerScale's factors, and the encoder's tokens [1, 1, D] and positions.
  private static boolean isVector(String name, Tensor weight) {
    boolean isOfTokens = name.endsWith("_token") || name.endsWith(".pos_embed");
    return weight.dim() <= 1 || (name.startsWith("encoder.") && isOfTokens);
  }

  private static Kind ofHead(
      String name, boolean decays, OptimConfig optim, Function<String, Head> headOf) {
    if (name.startsWith("decoder.")) {
      return new Kind("decoder", optim.decoderLr(), decays);
    }
    var head = headOf.apply(name);
    return new Kind(head.group, head.lr, decays);
  }

  private static Kind ofEncoder(String name, boolean decays, OptimConfig optim, int depth) {
    boolean isNorm = name.contains("norm");
    double lr = isNorm ? optim.normLr() : optim.lr();
    if (optim.layerDecay() == 1) {
      return new Kind(isNorm ? "backbone_norm" : "backbone", lr, decays);
    }
    var group = isNorm && optim.normLrMultiplier() != 1 ? "backbone_norm" : "backbone";
    int layer = layer(name, depth);
    return new Kind(
        group + "." + part(layer, depth),
        lr * Math.pow(optim.layerDecay(), depth + 1 - layer),
        decays);
  }

  private static String part(int layer, int depth) {
    if (layer == 0) {
      return "embed";
    }
    return layer > depth ? "norm" : String.format(Locale.ROOT, "block_%02d", layer - 1);
  }

  /// From 0, the embedding, to d + 1, the final norm.
  private static int layer(String name, int depth) {
    var block = BLOCK.matcher(name);
    if (block.matches()) {
      return Integer.parseInt(block.group(1)) + 1;
    }
    return name.startsWith("encoder.norm.") ? depth + 1 : 0;
  }
}
