package toco.distributed;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.GradientReducer;
import toco.torch.Tensor;

/// Averages gradients over the ranks of a [World]; with one process, gradients stay as they are. A
/// request to stop is sent along with the gradients, so that all ranks stop after the same step.
///
/// @see GradientReducer
public final class GradientAveraging implements AutoCloseable {
  /// The averaging over several ranks.
  private record Reduction(JoinedWorld world, GradientReducer reducer) {}

  private final @Nullable Reduction reduction;
  private volatile boolean stopWanted;
  private volatile boolean stopAgreed;

  private GradientAveraging(@Nullable Reduction reduction) {
    this.reduction = reduction;
  }

  /// For a single process.
  public static GradientAveraging none() {
    return new GradientAveraging(null);
  }

  /// Averages over the ranks of a world.
  ///
  /// @param params leaf tensors of one dtype and device, the same on every rank; owned by the
  ///   caller
  /// @param bucketBytes size of the buckets in which gradients are sent
  /// @param overlap whether buckets are sent during the backward pass, of which there must then be
  ///   only one per step
  public static GradientAveraging of(
      World world, List<Tensor> params, long bucketBytes, boolean overlap) {
    return switch (world) {
      case SingleProcess _ -> none();
      case JoinedWorld joined ->
          new GradientAveraging(
              new Reduction(joined, joined.gradientReducer(params, bucketBytes, overlap)));
    };
  }

  /// To be called before the backward pass that completes the gradients.
  public void begin() {
    if (reduction != null) {
      reduction.reducer.begin();
    }
  }

  /// Waits until all gradients are averaged.
  ///
  /// @throws DistributedException naming the rank that failed or does not respond
  public void finish() {
    if (reduction != null) {
      var reducer = reduction.reducer;
      double stopVotes =
          reduction.world.communicate(
              "averaging gradients", () -> reducer.finish(stopWanted ? 1 : 0));
      stopAgreed = stopVotes > 0;
    }
  }

  /// Asks all ranks to stop. May be called from any thread.
  public void requestStop() {
    stopWanted = true;
  }

  /// Whether this process has been asked to stop.
  public boolean stopRequested() {
    return stopWanted;
  }

  /// Whether all ranks stop now: some rank had been asked to when gradients were last averaged. A
  /// single process stops as soon as it is asked.
  public boolean stopAgreed() {
    return reduction == null ? stopWanted : stopAgreed;
  }

  @Override
  public void close() {
    if (reduction != null) {
      reduction.reducer.close();
    }
  }
}
