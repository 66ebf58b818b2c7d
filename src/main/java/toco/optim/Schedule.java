package toco.optim;

import toco.config.OptimConfig;
import toco.config.TrainConfig;

/// The learning rate as a pure function of the step, counted from 0 and read before its update.
///
/// The three are the published ones, with their quirks: PolyWarmupAdamW's decay counts from step 0,
/// so the rate drops at the end of the warm-up; CosWarmupAdamW's ratio is an absolute rate;
/// PolyWarmupSGD starts at ten times the rate. Past the last step the rate stays what it was.
///
/// @param power exponent of the polynomial decay
public record Schedule(
    OptimConfig.Kind kind, int warmupIters, int maxIters, double warmupRatio, double power) {

  public static Schedule of(OptimConfig optim, TrainConfig train) {
    return new Schedule(
        optim.kind(), train.warmupIters(), train.maxIters(), train.warmupRatio(), optim.power());
  }

  /// @param lr the group's full learning rate
  public double lrAt(long step, double lr) {
    long t = Math.min(step, maxIters - 1L);
    double warm = (double) t / warmupIters;
    boolean warming = t < warmupIters;
    double afterWarmup = (double) (t - warmupIters) / (maxIters - warmupIters);
    return switch (kind) {
      case POLY_WARMUP_ADAMW ->
          warming
              ? lr * (1 - (1 - warm) * (1 - warmupRatio))
              : lr * Math.pow(1 - (double) t / maxIters, power);
      case COS_WARMUP_ADAMW ->
          warming
              ? lr * warm + (1 - warm) * warmupRatio
              : lr * (Math.cos(afterWarmup * Math.PI) * 0.5 + 0.5);
      case POLY_WARMUP_SGD ->
          warming ? lr * Math.pow(1 - warm, power) * 10 : lr * Math.pow(1 - afterWarmup, power);
    };
  }
}
