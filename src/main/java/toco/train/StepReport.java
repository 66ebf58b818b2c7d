package toco.train;

import java.util.Map;

/// Where a run stands after a step.
///
/// @param step steps done
/// @param maxIters steps of the whole run
/// @param losses unweighted terms and their weighted `total` by name, means since the last logged
///   step; unmodifiable
/// @param imagesPerSecond training images, mean since the last logged step
/// @param etaSeconds time to the last step at that rate
/// @param dataWaitShare share of the time that went into waiting for batches, 0…1, since the last
///   logged step
/// @param logged whether this step is logged to `metrics.jsonl`
public record StepReport(
    long step,
    long maxIters,
    Map<String, Double> losses,
    double imagesPerSecond,
    double etaSeconds,
    double dataWaitShare,
    boolean logged) {}
