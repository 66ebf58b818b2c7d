package toco.train;

import java.util.function.Supplier;
import toco.batch.Batch;
import toco.batch.BatchRing;

/// The batches of a ring, for one step. Samples that were skipped are reported to the listener; a
/// batch that cannot be loaded is told from other failures of the step.
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
