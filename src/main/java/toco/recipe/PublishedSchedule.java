package toco.recipe;

import toco.config.OptimConfig;
import toco.config.TrainConfig;
import toco.optim.Schedule;

/// The three published learning rates, with their quirks: PolyWarmupAdamW's decay counts from step
/// 0, so the rate drops at the end of the warm-up; CosWarmupAdamW's ratio is an absolute rate;
/// PolyWarmupSGD starts at ten times the rate. After the last step the rate stays constant.
///
/// @param power exponent of the polynomial decay
/// @param minMultiplier least multiplier of the rate after the warm-up; 0: none
record PublishedSchedule(
    OptimConfig.Kind kind,
    int warmupIters,
    int maxIters,
    double warmupRatio,
    double power,
    double minMultiplier)
    implements Schedule {

  static PublishedSchedule of(OptimConfig optim, TrainConfig train) {
    return new PublishedSchedule(
        optim.kind(),
        train.warmupIters(),
        train.maxIters(),
        train.warmupRatio(),
        optim.power(),
        optim.minLrMultiplier());
  }

  @Override
  public double lrAt(long step, double lr) {
    long t = Math.min(step, maxIters - 1L);
    return t < warmupIters
        ? warmingUp((double) t / warmupIters, lr)
        : lr * Math.max(multiplierAfterWarmup(t), minMultiplier);
  }

  /// @param done share of the warm-up, 0…1
  private double warmingUp(double done, double lr) {
    return switch (kind) {
      case POLY_WARMUP_ADAMW -> lr * (1 - (1 - done) * (1 - warmupRatio));
      case COS_WARMUP_ADAMW -> lr * done + (1 - done) * warmupRatio;
      case POLY_WARMUP_SGD -> lr * Math.pow(1 - done, power) * 10;
    };
  }

  private double multiplierAfterWarmup(long t) {
    double done = (double) (t - warmupIters) / (maxIters - warmupIters);
    return switch (kind) {
      case POLY_WARMUP_ADAMW -> Math.pow(1 - (double) t / maxIters, power);
      case COS_WARMUP_ADAMW -> Math.cos(done * Math.PI) * 0.5 + 0.5;
      case POLY_WARMUP_SGD -> Math.pow(1 - done, power);
    };
  }
}
