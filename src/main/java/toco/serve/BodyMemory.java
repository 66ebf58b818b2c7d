package toco.serve;

import java.util.concurrent.Semaphore;

/// The memory for bodies of all requests that are handled: a share of the Java heap. What does not
/// fit is refused, so that many uploads at a time cannot fill the heap.
final class BodyMemory {
  private static final int SHARE = 8; // of the heap, an eighth
  private static final int KB = 1 << 10;
  private static final int BUSY_SECONDS = 2;

  private final Semaphore free; // in KB

  /// @param least bytes that must fit, one body
  BodyMemory(long least) {
    long bytes = Math.max(least, Runtime.getRuntime().maxMemory() / SHARE);
    free = new Semaphore((int) Math.min(Integer.MAX_VALUE, bytes / KB + 1));
  }

  /// The part of one request; closing it frees it.
  Part part() {
    return new Part();
  }

  final class Part implements AutoCloseable {
    private int taken;

    private Part() {}

    /// @throws HttpProblem if there is no memory left now
    void take(long bytes) {
      int kb = (int) Math.ceilDiv(bytes, KB);
      if (!free.tryAcquire(kb)) {
        throw HttpProblem.busy(BUSY_SECONDS);
      }
      taken += kb;
    }

    @Override
    public void close() {
      free.release(taken);
      taken = 0;
    }
  }
}
