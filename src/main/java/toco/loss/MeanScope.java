package toco.loss;

import java.util.function.UnaryOperator;
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

  public MeanScope {
    if (processes < 1) {
      throw new IllegalArgumentException("processes must be ≥ 1, got " + processes);
    }
  }
}
