package toco.loss;

import java.util.function.UnaryOperator;
import toco.torch.Tensor;

/// Over what the means of a loss are taken: the batch of this process, or those of all processes
/// that train together.
///
/// Where it is all of them, a process's loss is its part of the common one, times the number of
/// processes: averaging losses, or gradients, over the processes gives those of one process with
/// all the samples.
///
/// @param processes that share the means
/// @param total gives the sum over them of counts, float32 `[n]`, without gradient
public record MeanScope(int processes, UnaryOperator<Tensor> total) {
  /// This process's batch alone.
  public static final MeanScope LOCAL = new MeanScope(1, counts -> counts);

  public MeanScope {
    if (processes < 1) {
      throw new IllegalArgumentException("processes must be ≥ 1, got " + processes);
    }
  }
}
