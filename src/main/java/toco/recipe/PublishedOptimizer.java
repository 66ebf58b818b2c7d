package toco.recipe;

import java.util.List;
import toco.config.Config;
import toco.config.OptimConfig;
import toco.optim.Optimizer;
import toco.optim.ParamGroup;
import toco.optim.UpdateRule;

/// The optimizer that a configuration describes (METHOD.md, training step 8).
public final class PublishedOptimizer {
  private static final double EPS = 1e-8;
  private static final double SGD_MOMENTUM = 0.9;

  private PublishedOptimizer() {}

  /// Over the weights that an objective trains.
  ///
  /// @param objective stays the caller's, and must outlive the optimizer
  public static Optimizer of(Objective objective, Config config) {
    return of(objective.parameterGroups(), config);
  }

  /// Over parameter groups.
  ///
  /// @param groups closed with the optimizer
  public static Optimizer of(List<ParamGroup> groups, Config config) {
    var schedule = PublishedSchedule.of(config.optim(), config.train());
    return new Optimizer(groups, rule(config.optim()), schedule);
  }

  private static UpdateRule rule(OptimConfig optim) {
    return switch (optim.kind()) {
      case POLY_WARMUP_ADAMW, COS_WARMUP_ADAMW ->
          new UpdateRule.AdamW(
              optim.betas().get(0), optim.betas().get(1), EPS, optim.weightDecay());
      case POLY_WARMUP_SGD -> new UpdateRule.Sgd(SGD_MOMENTUM, optim.weightDecay());
    };
  }
}
