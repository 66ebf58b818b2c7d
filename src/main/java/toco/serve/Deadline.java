package toco.serve;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Interrupts a thread that takes too long to read from or write to its client, which closes the
/// connection: a slow client holds no thread for ever.
///
/// ```java
/// try (var _ = Deadline.in(limit)) {
///   body = stream.readNBytes(max);
/// }
/// ```
final class Deadline implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor CLOCK =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("deadlines").factory());

  static {
    CLOCK.setRemoveOnCancelPolicy(true);
  }

  private final Thread thread = Thread.currentThread();
  private final Future<?> alarm;
  private boolean closed;
  private boolean passed;

  private Deadline(Duration time) {
    alarm = CLOCK.schedule(this::pass, time.toMillis(), TimeUnit.MILLISECONDS);
  }

  static Deadline in(Duration time) {
    return new Deadline(time);
  }

  private synchronized void pass() {
    if (!closed) {
      passed = true;
      thread.interrupt();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    alarm.cancel(false);
    if (passed) {
      Thread.interrupted(); // the next deadline begins without it
    }
  }
}
