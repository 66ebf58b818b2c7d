package toco.distributed;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.GradientReducer;
import toco.torch.Tensor;

/// The mean of gradients over the processes of a [World]; with one process, the gradients as they
/// are. A request to stop travels with them, so that all processes stop after the same step.
///
/// @see GradientReducer
public final class GradientAveraging implements AutoCloseable {
  private final World world;
  private final @Nullable GradientReducer reducer;
  private volatile boolean stopWanted;
  private volatile boolean stopAgreed;

  private GradientAveraging(World world, @Nullable GradientReducer reducer) {
    this.world = world;
    this.reducer = reducer;
  }

  /// Of one process.
  public static GradientAveraging none() {
    return new GradientAveraging(World.single(), null);
  }

  /// @param params leaves of one dtype and device, the same in every process; the caller's
  /// @param bucketBytes gradients that travel together
  /// @param overlap whether they travel during the backward pass, which must then be a single one
  public static GradientAveraging of(
      World world, List<Tensor> params, long bucketBytes, boolean overlap) {
    var reducer =
        world.group().map(group -> GradientReducer.of(group, params, bucketBytes, overlap));
    return new GradientAveraging(world, reducer.orElse(null));
  }

  /// Announces the backward pass that completes the gradients.
  public void begin() {
    if (reducer != null) {
      reducer.begin();
    }
  }

  /// Waits until all gradients are averaged.
  ///
  /// @throws DistributedException naming the process that failed or does not answer
  public void finish() {
    if (reducer != null) {
      var averaged = reducer;
      stopAgreed =
          world.exchange("averaging gradients", () -> averaged.finish(stopWanted ? 1 : 0)) > 0;
    }
  }

  /// Asks all processes to stop. Any thread may ask.
  public void requestStop() {
    stopWanted = true;
  }

  /// Whether this process has been asked to stop.
  public boolean stopRequested() {
    return stopWanted;
  }

  /// Whether the processes have agreed to stop: some process had asked when gradients were averaged
  /// last. One process alone agrees with itself at once.
  public boolean stopAgreed() {
    return reducer == null ? stopWanted : stopAgreed;
  }

  @Override
  public void close() {
    if (reducer != null) {
      reducer.close();
    }
  }
}
