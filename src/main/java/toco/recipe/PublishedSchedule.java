package toco.recipe;

import toco.config.OptimConfig;
import toco.config.TrainConfig;
import toco.optim.Schedule;

/// The three published learning rates, with their quirks: PolyWarmupAdamW's decay counts from step
/// 0, so the rate drops at the end of the warm-up; CosWarmupAdamW's ratio is an absolute rate;
/// PolyWarmupSGD starts at ten times the rate. After the last step the rate stays constant.
///
/// @param power exponent of the polynomial decay
record PublishedSchedule(
    OptimConfig.Kind kind, int warmupIters, int maxIters, double warmupRatio, double power)
    implements Schedule {

  static PublishedSchedule of(OptimConfig optim, TrainConfig train) {
    return new PublishedSchedule(
        optim.kind(), train.warmupIters(), train.maxIters(), train.warmupRatio(), optim.power());
  }

  @Override
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
