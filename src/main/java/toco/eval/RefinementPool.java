package toco.eval;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import toco.torch.LibTorch;

/// A pool of threads that refine segmentations while the network computes the next images. At most
/// one job more than there are threads is accepted at a time, which bounds memory.
final class RefinementPool implements AutoCloseable {
  private final Semaphore permits;
  private final ExecutorService threads;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /// @param workers number of threads, at least 1; each runs LibTorch's operators serially
  RefinementPool(int workers) {
    if (workers < 1) {
      throw new IllegalArgumentException("CRF workers must be ≥ 1, got " + workers);
    }
    permits = new Semaphore(workers + 1);
    threads =
        Executors.newFixedThreadPool(
            workers,
            body -> Thread.ofPlatform().name("crf").daemon().unstarted(() -> runSerially(body)));
  }

  /// Otherwise LibTorch would divide every operator of every worker among all cores.
  private static void runSerially(Runnable body) {
    LibTorch.serialThread();
    LibTorch.setFlushDenormal(true);
    body.run();
  }

  /// Submits a job; blocks while too many are waiting. The job always runs.
  void submit(Runnable job) {
    permits.acquireUninterruptibly();
    threads.execute(() -> {
      try {
        job.run();
      } catch (RuntimeException | Error e) {
        failure.compareAndSet(null, e);
      } finally {
        permits.release();
      }
    });
  }

  /// Throws the exception of the first job that failed, if any.
  void throwFailure() {
    var thrown = failure.get();
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /// Waits until all jobs are done, then throws as [#throwFailure].
  void finish() {
    close();
    throwFailure();
  }

  /// Waits until all jobs are done.
  @Override
  public void close() {
    threads.close();
  }
}
