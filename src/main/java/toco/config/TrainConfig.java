package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.between;
import static toco.config.ValueChecks.invalid;

import java.util.Locale;

/// `train.*`: the course of a training run. Iterations count from 0.
///
/// @param maxIters optimizer steps of the whole run; the learning rate reaches 0 there
/// @param warmupIters steps of the learning rate's warm-up
/// @param warmupRatio learning rate at step 0 over the full one
/// @param samplesPerProcess images that go through the network together, in each process
///   (published: 2, on two GPUs)
/// @param gradientAccumulation batches of each process whose gradients make up one step; losses are
///   those of each batch, averaged
/// @param logEvery steps between two lines of losses; each is their mean since the last
/// @param evalEvery steps between two evaluations on the validation list; 0: only at the end
/// @param checkpointEvery steps between two checkpoints; 0: only at the end
/// @param overlayEvery steps between two sets of overlay pictures (RoI crops, pseudo-labels, CAMs);
///   0: none
/// @param threads LibTorch's threads within an operator; 0: one a core. Bit-for-bit equal runs need
///   an equal number
/// @param device `auto` takes CUDA where LibTorch sees it and else the CPU, and says which
/// @param precision number format of the network's matrix products: `float32`; `tf32`, shorter
///   products on GPUs that have them; `bfloat16`, autocast. Losses, softmax, PAR and weights stay
///   float32
/// @param checkpointActivations keep only the input of each encoder block for the backward pass and
///   compute the rest again there: much less memory for about a fifth more time
/// @param localCrops local crops a sample, beside its two global views
/// @param localCropSizePx side of a local crop
/// @param compat `reference` keeps the published code's quirks, `aligned` mends them
public record TrainConfig(
    @Default("20000") int maxIters,
    @Default("1500") int warmupIters,
    @Default("1e-6") double warmupRatio,
    @Default("2") int samplesPerProcess,
    @Default("1") int gradientAccumulation,
    @Default("200") int logEvery,
    @Default("2000") int evalEvery,
    @Default("2000") int checkpointEvery,
    @Default("2000") int overlayEvery,
    @Default("0") int threads,
    @Default("auto") DeviceChoice device,
    @Default("float32") Precision precision,
    @Default("false") boolean checkpointActivations,
    @Default("8") int localCrops,
    @Default("96") int localCropSizePx,
    @Default("reference") Compat compat) {

  /// Where tensors live.
  public enum DeviceChoice {
    AUTO,
    CPU,
    CUDA;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Number formats of the network's matrix products.
  public enum Precision {
    FLOAT32,
    TF32,
    BFLOAT16;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Whose behaviour counts where the published code and its intention differ (METHOD.md, "Quirk").
  public enum Compat {
    REFERENCE,
    ALIGNED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Images of a step in one process, all its batches counted.
  public int samplesPerStep() {
    return samplesPerProcess * gradientAccumulation;
  }

  public TrainConfig {
    atLeast("train.maxIters", maxIters, 1);
    atLeast("train.warmupIters", warmupIters, 0);
    if (warmupIters > maxIters) {
      throw invalid("train.warmupIters", "≤ train.maxIters (" + maxIters + ")", warmupIters);
    }
    between("train.warmupRatio", warmupRatio, 0, 1);
    atLeast("train.samplesPerProcess", samplesPerProcess, 1);
    atLeast("train.gradientAccumulation", gradientAccumulation, 1);
    atLeast("train.logEvery", logEvery, 1);
    atLeast("train.evalEvery", evalEvery, 0);
    atLeast("train.checkpointEvery", checkpointEvery, 0);
    atLeast("train.overlayEvery", overlayEvery, 0);
    atLeast("train.threads", threads, 0);
    atLeast("train.localCrops", localCrops, 1);
    atLeast("train.localCropSizePx", localCropSizePx, 1);
  }
}
