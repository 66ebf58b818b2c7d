package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.between;
import static toco.config.ValueChecks.invalid;

import java.util.Locale;

/// `train.*`: length and intervals of a training run, device and precision. Iterations count from
/// 0.
///
/// @param maxIters optimizer steps of the whole run; the learning rate then reaches 0
/// @param warmupIters steps of the learning rate's warm-up
/// @param warmupRatio learning rate at step 0, relative to `optim.lr`
/// @param samplesPerProcess images per micro-batch in each process (published: 2, on two GPUs)
/// @param gradientAccumulation micro-batches per step in each process; a step's gradients and
///   losses are their averages
/// @param logEvery steps between two lines of losses; each line has the means since the last one
/// @param evalEvery steps between two evaluations on the validation list; 0: only at the end
/// @param keepBest whether the network with the best segmentation in any evaluation so far is kept,
///   as `checkpoints/best.safetensors` (published for CoSA)
/// @param checkpointEvery steps between two checkpoints; 0: only at the end
/// @param overlayEvery steps between two sets of overlay pictures (RoI crops, pseudo-labels, CAMs);
///   0: none
/// @param threads LibTorch's intra-op threads; 0: `OMP_NUM_THREADS` if it is set, otherwise one per
///   core. Bit-equal runs need the same number
/// @param device `auto` uses CUDA if LibTorch sees a GPU and the CPU otherwise, and says which;
///   `cpu`; `cuda`, where each process of a host has the GPU of its local rank; `cuda:N` or
///   `NAME:N` of a device that a loaded library registers, where the first process of a host has
///   number N
/// @param precision number format of the network's matrix products: `float32`; `tf32`, on GPUs that
///   have it; `bfloat16`, by autocast. Losses, softmax, PAR and weights stay float32
/// @param checkpointActivations activation checkpointing: keep only the input of each encoder block
///   and recompute the rest in the backward pass; much less memory for about a fifth more time
/// @param localCrops local crops per sample, in addition to its two global views
/// @param localCropSizePx side of a local crop, a multiple of the encoder's patch
/// @param compat `reference` keeps the published code's quirks, `aligned` fixes them
public record TrainConfig(
    @Default("20000") int maxIters,
    @Default("1500") int warmupIters,
    @Default("1e-6") double warmupRatio,
    @Default("2") int samplesPerProcess,
    @Default("1") int gradientAccumulation,
    @Default("200") int logEvery,
    @Default("2000") int evalEvery,
    @Default("false") boolean keepBest,
    @Default("2000") int checkpointEvery,
    @Default("2000") int overlayEvery,
    @Default("0") int threads,
    @Default("auto") DeviceChoice device,
    @Default("float32") Precision precision,
    @Default("false") boolean checkpointActivations,
    @OnlyFor(RecipeName.TOCO) @Default("8") int localCrops,
    @OnlyFor(RecipeName.TOCO) @Default("96") int localCropSizePx,
    @OnlyFor(RecipeName.TOCO) @Default("reference") Compat compat)
    implements RecipeSection {

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

  /// What to follow where the published code differs from its intention (METHOD.md, "Quirk").
  public enum Compat {
    REFERENCE,
    ALIGNED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Images of a step in one process, over all its micro-batches.
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

  /// Checks that ToCo's local crops are whole numbers of patches, and that there is room for them.
  @Override
  public void requireFit(ModelConfig model, AugmentConfig augment) {
    int view = augment.cropSizePx();
    new PatchSizes(model.encoderShape().patchSizePx())
        .require("train.localCropSizePx", localCropSizePx);
    if (localCropSizePx > view) {
      throw invalid(
          "train.localCropSizePx", "≤ augment.cropSizePx (" + view + ")", localCropSizePx);
    }
    int side = view - 2 * (localCropSizePx / 2); // of the square in which centres may be
    if ((long) side * side < localCrops) {
      throw invalid(
          "train.localCropSizePx",
          "small enough for train.localCrops (%s) different places in augment.cropSizePx (%s)"
              .formatted(localCrops, view),
          localCropSizePx);
    }
  }
}
