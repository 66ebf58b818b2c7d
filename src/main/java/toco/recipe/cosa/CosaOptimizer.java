package toco.recipe.cosa;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.config.Config;
import toco.config.CosaConfig;
import toco.config.OptimConfig;
import toco.nn.Parameters;
import toco.optim.Optimizer;
import toco.optim.ParamGroup;
import toco.optim.PolyWarmup;
import toco.optim.UpdateRule;
import toco.torch.Tensor;

/// CoSA's optimizer: ToCo's PolyWarmupAdamW over four groups, with a floor of the learning rate
/// (docs/COSA.md "A step").
///
/// Weights without gradient, such as the decoder's before its losses start, are updated as if their
/// gradient were zero: their moments and weights decay.
public final class CosaOptimizer {
  private static final double EPS = 1e-8;

  private CosaOptimizer() {}

  /// Over the trainable weights of the online network.
  ///
  /// @param params stay the caller's, and must outlive the optimizer
  /// @param minLrMultiplier least multiplier of the learning rates after the warm-up; 0: none
  public static Optimizer of(Parameters params, Config config, double minLrMultiplier) {
    CosaConfig.requireSupported(config); // before state is allocated
    return of(groups(params, config.optim()), config, minLrMultiplier);
  }

  /// Over your own parameter groups.
  ///
  /// @param groups closed with the optimizer
  public static Optimizer of(List<ParamGroup> groups, Config config, double minLrMultiplier) {
    var optim = config.optim();
    var train = config.train();
    return new Optimizer(
        groups,
        new UpdateRule.AdamW(optim.betas().get(0), optim.betas().get(1), EPS, optim.weightDecay()),
        new PolyWarmup(
            train.warmupIters(),
            train.maxIters(),
            train.warmupRatio(),
            optim.power(),
            minLrMultiplier));
  }

  /// The published groups: encoder, its norms, both classifiers, decoder. Frozen weights belong to
  /// none, nor do projection heads, which CoSA does not have; a group without weights is left out.
  public static List<ParamGroup> groups(Parameters params, OptimConfig optim) {
    var members = new EnumMap<Kind, Map<String, Tensor>>(Kind.class); // in the published order
    params
        .trainable()
        .forEach((name, weight) -> {
          if (CosaNetworks.isPartOfCosa(name)) {
            members.computeIfAbsent(Kind.of(name), _ -> new LinkedHashMap<>()).put(name, weight);
          }
        });
    return members.entrySet().stream()
        .map(group -> ParamGroup.of(group.getKey().key, group.getKey().lr(optim), group.getValue()))
        .toList();
  }

  private enum Kind {
    ENCODER("backbone"),
    NORMS("backbone_norm"),
    CLASSIFIERS("classifier"),
    DECODER("decoder");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    static Kind of(String name) {
      if (name.startsWith("encoder.")) {
        return name.contains("norm") ? NORMS : ENCODER;
      }
      return name.startsWith("decoder.") ? DECODER : CLASSIFIERS;
    }

    double lr(OptimConfig optim) {
      return switch (this) {
        case ENCODER -> optim.lr();
        case NORMS -> optim.normLr();
        case CLASSIFIERS -> optim.classifierLr();
        case DECODER -> optim.decoderLr();
      };
    }
  }
}
