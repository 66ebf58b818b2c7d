package toco.train;

import org.jspecify.annotations.Nullable;
import toco.recipe.TrainStep;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Notes on the device which step was the first whose loss or gradient was NaN or infinite. Noting
/// it does not wait for the device; reading it does.
final class FiniteSteps implements AutoCloseable {
  private static final long NONE = 1L << 53; // exact as a double, too

  private @Nullable Tensor first; // int64 []

  /// @param step the number of the step, from 1
  void add(long step, TrainStep.Result result) {
    try (var _ = TensorScope.open()) {
      var isFinite = result.isFinite();
      var noted = first;
      if (noted == null) {
        noted = TensorScope.release(Tensor.full((double) NONE, DType.INT64, isFinite.device()));
        first = noted;
      }
      var candidate = Tensor.full((double) step, DType.INT64, isFinite.device());
      noted.copy_(noted.minimum(candidate.maskedFill(isFinite, (double) NONE)));
    }
  }

  /// The first step that was not finite, or 0 if all were; waits for the device.
  long firstNonFinite() {
    if (first == null) {
      return 0;
    }
    long step = first.itemLong();
    return step == NONE ? 0 : step;
  }

  @Override
  public void close() {
    if (first != null) {
      first.close();
    }
  }
}
