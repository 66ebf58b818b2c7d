package toco.loss;

import java.util.function.UnaryOperator;
import toco.config.LossConfig;
import toco.distributed.World;
import toco.torch.Tensor;

/// What a loss averages over: the batch of this process, or the batches of all processes that train
/// together.
///
/// Over all processes, each computes its share of the common loss, times the number of processes:
/// the mean of these losses (or gradients) over the processes equals the loss (or gradient) of a
/// single process with all samples.
///
/// @param processes how many share the means
/// @param total sums counts, float32 `[n]`, over the processes; without gradient
public record MeanScope(int processes, UnaryOperator<Tensor> total) {
  /// The batch of this process.
  public static final MeanScope LOCAL = new MeanScope(1, counts -> counts);

  /// What `loss.scope` names.
  ///
  /// @param world stays the caller's
  public static MeanScope of(LossConfig.Scope scope, World world) {
    return switch (scope) {
      case LOCAL -> LOCAL;
      case GLOBAL ->
          new MeanScope(
              world.size(),
              counts -> {
                world.allReduce_(counts, "counting the pairs and pixels of a loss");
                return counts;
              });
    };
  }

  public MeanScope {
    if (processes < 1) {
      throw new IllegalArgumentException("processes must be ≥ 1, got " + processes);
    }
  }
}
