package toco.eval;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import toco.torch.LibTorch;

/// Threads that refine segmentations beside the network. One job more than there are threads may
/// wait, so that memory does not depend on how many images there are.
final class RefinementPool implements AutoCloseable {
  private final Semaphore places;
  private final ExecutorService threads;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /// @param workers threads, each of which computes alone; at least 1
  RefinementPool(int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("CRF workers must be ≥ 1, got " + workers);
    }
    places = new Semaphore(workers + 1);
    threads =
        Executors.newFixedThreadPool(
            workers,
            body -> Thread.ofPlatform().name("crf").daemon().unstarted(() -> runSerially(body)));
  }

  /// LibTorch's operators would otherwise share every worker's work among all cores.
  private static void runSerially(Runnable body) {
    LibTorch.serialThread();
    LibTorch.setFlushDenormal(true);
    body.run();
  }

  /// Takes a job, or waits for a place first. The job always runs.
  void submit(Runnable job) {
    places.acquireUninterruptibly();
    threads.execute(() -> {
      try {
        job.run();
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        places.release();
      }
    });
  }

  /// Throws what a job failed with, if any has.
  void throwFailure() {
    var thrown = failure.get();
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /// Waits until every job is done, and throws what one failed with.
  void finish() {
    close();
    throwFailure();
  }

  /// Waits until every job is done.
  @Override
  public void close() {
    threads.close();
  }
}
