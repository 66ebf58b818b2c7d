package toco.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import toco.torch.LibTorch;

/// A bounded ring of reusable slots: worker threads fill them with the batches of the coming steps,
/// and the trainer takes them in order.
///
/// Workers claim single samples, so several workers share a batch. A sample depends only on its
/// step, so they may finish in any order. A slot is refilled only after the trainer has released
/// its batch. Once every slot has been filled, no more memory is allocated for pixels. On a GPU,
/// the uploads and the augmentation of a slot are queued at least one step ahead of their use, on
/// the stream that was current where the ring was opened. If that is not the stream on which
/// batches are used, each waits for the other ([LoadStream]).
public final class BatchRing implements AutoCloseable {
  private static final int READY_AHEAD = 2;

  private final BatchSource source;
  private final long firstBatch;
  private final int batchSize;
  private final LoadStream stream;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Thread> workers = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // guarded by the lock; counts since the ring was opened
  private long claimedSamples;
  private long releasedBatches;
  private long takenBatches;
  private long skippedSamples;
  private List<String> skippedLines = new ArrayList<>();
  private boolean closing;
  private long waitedNs;

  /// A slot and its progress.
  private static final class Slot {
    final BatchBuffer buffer;
    int done;
    @Nullable Throwable failure;

    Slot(BatchBuffer buffer) {
      this.buffer = buffer;
    }
  }

  /// Starts the workers.
  ///
  /// @param firstBatch number of the first batch that [#next] returns, counted over the whole run
  /// @param workerCount threads that make samples, at least 1
  public BatchRing(BatchSource source, long firstBatch, int workerCount) {
    this.source = source;
    this.firstBatch = firstBatch;
    batchSize = source.sampler().batchSize();
    stream = LoadStream.current(source.device());
    int ahead = Math.max(READY_AHEAD, Math.ceilDiv(workerCount, batchSize));
    for (int i = 0; i < 1 + ahead; i++) { // plus the one in use by the trainer
      slots.add(
          new Slot(
              new BatchBuffer(
                  source.device(),
                  batchSize,
                  source.cropSizePx(),
                  source.dataset().numClasses(),
                  source.weak())));
    }
    try {
      for (int i = 0; i < workerCount; i++) {
        workers.add(Thread.ofPlatform().daemon().name("toco-loader-" + i).start(this::work));
      }
    } catch (OutOfMemoryError e) { // a limit on threads: end those that did start
      close();
      throw e;
    }
  }

  /// Waits for the next batch. The ring owns its tensors: they are valid until the next call, or
  /// until the ring is closed.
  ///
  /// @throws toco.data.DataException naming the sample that could not be read
  public Batch next() {
    long started = System.nanoTime();
    lock.lock();
    try {
      stream.takeBack();
      releasedBatches = takenBatches;
      changed.signalAll();
      var slot = slotOf(takenBatches);
      while (slot.done < batchSize && slot.failure == null) {
        changed.await();
      }
      if (slot.failure != null) {
        throw thrown(slot.failure);
      }
      slot.done = 0; // for its next batch; no worker reads it before the slot is released
      var drawn = source.sampler().batchAt(firstBatch + takenBatches);
      takenBatches++;
      waitedNs += System.nanoTime() - started;
      stream.handOver();
      return slot.buffer.batch(drawn);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a batch", e);
    } finally {
      lock.unlock();
    }
  }

  private static RuntimeException thrown(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException exception
        ? exception
        : new IllegalStateException("a loader thread failed", failure);
  }

  /// Total time that callers of [#next] have waited.
  public long waitedNs() {
    lock.lock();
    try {
      return waitedNs;
    } finally {
      lock.unlock();
    }
  }

  /// Number of samples skipped so far because they could not be read.
  public long skippedSamples() {
    lock.lock();
    try {
      return skippedSamples;
    } finally {
      lock.unlock();
    }
  }

  /// The samples skipped since the last call, one line each.
  public List<String> takeSkipped() {
    lock.lock();
    try {
      var lines = skippedLines;
      if (!lines.isEmpty()) {
        skippedLines = new ArrayList<>();
      }
      return lines;
    } finally {
      lock.unlock();
    }
  }

  private Slot slotOf(long batch) {
    return slots.get((int) (batch % slots.size()));
  }

  private void work() {
    LibTorch.serialThread();
    try (var loader = new SampleLoader(source, this::skip)) {
      stream.useInThread();
      for (long sample = claim(); sample >= 0; sample = claim()) {
        long batch = sample / batchSize;
        int position = (int) (sample % batchSize);
        try {
          var drawn = source.sampler().batchAt(firstBatch + batch);
          loader.load(drawn.epoch(), drawn.indices()[position], slotOf(batch).buffer, position);
        } catch (Throwable e) { // the trainer must not wait forever
          fail(slotOf(batch), e);
        }
        done(slotOf(batch));
      }
    } catch (Throwable e) {
      slots.forEach(slot -> fail(slot, e));
    }
  }

  /// Claims the next sample, once its slot is free; −1 when the ring closes.
  private long claim() {
    lock.lock();
    try {
      while (!closing && claimedSamples / batchSize >= releasedBatches + slots.size()) {
        changed.await();
      }
      return closing ? -1 : claimedSamples++;
    } catch (InterruptedException e) {
      return -1;
    } finally {
      lock.unlock();
    }
  }

  private void done(Slot slot) {
    lock.lock();
    try {
      slot.done++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void fail(Slot slot, Throwable failure) {
    lock.lock();
    try {
      if (slot.failure == null) {
        slot.failure = failure;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void skip(String name, RuntimeException reason) {
    lock.lock();
    try {
      skippedSamples++;
      skippedLines.add("skipped sample %s: %s".formatted(name, reason.getMessage()));
    } finally {
      lock.unlock();
    }
  }

  /// Waits until the workers have finished their current samples, and frees the slots. Closing
  /// twice does nothing.
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    workers.forEach(BatchRing::awaitEnd);
    if (!slots.isEmpty()) {
      stream.takeBack(); // their memory belongs to this stream
    }
    slots.forEach(slot -> slot.buffer.close());
    slots.clear();
  }

  /// Waits even if interrupted: a slot must not be freed while its worker uses it.
  private static void awaitEnd(Thread worker) {
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
