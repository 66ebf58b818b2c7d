package toco.optim;

/// PolyWarmupAdamW's learning rate: a linear warm-up, then a polynomial decay that counts from step
/// 0, so that the rate drops at the end of the warm-up. After the last step it stays constant.
///
/// @param warmupIters steps of the warm-up
/// @param maxIters steps of the whole run
/// @param warmupRatio rate at step 0, relative to the base rate
/// @param power exponent of the decay
/// @param minMultiplier least multiplier of the base rate after the warm-up; 0: none
public record PolyWarmup(
    int warmupIters, int maxIters, double warmupRatio, double power, double minMultiplier)
    implements Schedule {

  @Override
  public double lrAt(long step, double lr) {
    long t = Math.min(step, maxIters - 1L);
    if (t < warmupIters) {
      return lr * (1 - (1 - (double) t / warmupIters) * (1 - warmupRatio));
    }
    return lr * Math.max(Math.pow(1 - (double) t / maxIters, power), minMultiplier);
  }
}
