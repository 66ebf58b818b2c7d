package toco.train;

import java.util.function.Supplier;
import toco.batch.Batch;
import toco.batch.BatchRing;

/// The batches of a ring, for one step. Reports skipped samples to the listener, and records
/// whether a batch could not be loaded, so that this differs from other failures of the step.
final class LoadedBatches implements Supplier<Batch> {
  private final BatchRing ring;
  private final TrainingListener listener;
  private boolean failed;

  LoadedBatches(BatchRing ring, TrainingListener listener) {
    this.ring = ring;
    this.listener = listener;
  }

  @Override
  public Batch get() {
    try {
      var batch = ring.next();
      ring.takeSkipped().forEach(listener::onMessage);
      return batch;
    } catch (RuntimeException e) {
      failed = true;
      throw e;
    }
  }

  /// Whether a batch could not be loaded.
  boolean haveFailed() {
    return failed;
  }
}
