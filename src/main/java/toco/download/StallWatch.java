package toco.download;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/// Closes a stream from which nothing was read for some time: an HTTP client waits for ever for a
/// server that sends nothing more.
final class StallWatch implements AutoCloseable {
  private final Closeable watched;
  private final Duration limit;
  private final Thread thread;
  private volatile long lastNanos = System.nanoTime();
  private volatile boolean stalled;

  StallWatch(InputStream watched, Duration limit) {
    this.watched = watched;
    this.limit = limit;
    thread = Thread.ofVirtual().name("stall-watch").start(this::watch);
  }

  /// Notes that something was received.
  void onBytes() {
    lastNanos = System.nanoTime();
  }

  /// Whether it closed the stream.
  boolean hasStalled() {
    return stalled;
  }

  private void watch() {
    try {
      long leftNanos = limit.toNanos();
      while (leftNanos > 0) {
        Thread.sleep(Duration.ofNanos(leftNanos));
        leftNanos = lastNanos + limit.toNanos() - System.nanoTime();
      }
      stalled = true;
      watched.close();
    } catch (InterruptedException | IOException e) {
      // the transfer has ended
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
