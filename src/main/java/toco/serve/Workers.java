package toco.serve;

import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// A few platform threads for LibTorch, and a bounded queue before them.
final class Workers implements AutoCloseable {
  private static final long LOOK_MS = 250; // whether the client is still there
  private static final int MAX_RETRY_SECONDS = 60;
  private static final long IDLE_WORK_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double NEWEST_SHARE = 0.2; // of the mean time

  private final ThreadPoolExecutor pool;
  private final int capacity;
  private final Runnable whenIdle;
  private double meanSeconds = 1;
  private long lastIdleNanos = System.nanoTime();

  /// @param whenIdle is run on a worker that has nothing else to do, from time to time
  Workers(String name, int threads, int queue, Runnable whenIdle) {
    capacity = queue;
    this.whenIdle = whenIdle;
    var number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            work ->
                Thread.ofPlatform()
                    .daemon()
                    .name(name + "-" + number.incrementAndGet())
                    .unstarted(work));
  }

  /// Whether a client still waits.
  @FunctionalInterface
  interface Client {
    boolean isThere();
  }

  /// Runs work on one of the threads and waits for its result. Work whose client goes while it
  /// waits is not begun; work that has begun runs to its end.
  ///
  /// @throws HttpProblem if the queue is full, or the work refuses the request
  /// @throws ClientGoneException if the client closed its connection
  <T> T run(Client client, Callable<T> work) throws Exception {
    Future<T> job;
    try {
      job = pool.submit(() -> timed(work));
    } catch (RejectedExecutionException e) {
      throw pool.isShutdown() ? HttpProblem.stopping() : HttpProblem.busy(retrySeconds());
    }
    while (true) {
      try {
        return job.get(LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (!client.isThere()) {
          job.cancel(false);
          pool.purge();
          throw new ClientGoneException();
        }
      } catch (CancellationException e) {
        throw HttpProblem.stopping();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case Exception cause -> throw cause;
          case Error cause -> throw cause;
          case null, default -> throw e;
        }
      }
    }
  }

  private <T> T timed(Callable<T> work) throws Exception {
    long start = System.nanoTime();
    try {
      return work.call();
    } finally {
      double seconds = (System.nanoTime() - start) / 1e9;
      synchronized (this) {
        meanSeconds += NEWEST_SHARE * (seconds - meanSeconds);
      }
      if (pool.getQueue().isEmpty() && isTimeForIdleWork()) {
        whenIdle.run();
      }
    }
  }

  private synchronized boolean isTimeForIdleWork() {
    boolean isTime = System.nanoTime() - lastIdleNanos > IDLE_WORK_NANOS;
    lastIdleNanos = isTime ? System.nanoTime() : lastIdleNanos;
    return isTime;
  }

  private synchronized int retrySeconds() {
    double seconds = meanSeconds * capacity / pool.getCorePoolSize();
    return (int) Math.clamp(Math.ceil(seconds / 2), 1, MAX_RETRY_SECONDS);
  }

  /// Requests that wait.
  int waiting() {
    return pool.getQueue().size();
  }

  /// Requests that wait at most.
  int capacity() {
    return capacity;
  }

  /// Threads at work.
  int busy() {
    return pool.getActiveCount();
  }

  /// Ends the threads; work that has begun runs to its end.
  @Override
  public void close() {
    pool.shutdown();
    var waiting = new ArrayList<Runnable>();
    pool.getQueue().drainTo(waiting);
    for (var work : waiting) {
      if (work instanceof Future<?> job) {
        job.cancel(false);
      }
    }
    try {
      pool.awaitTermination(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
