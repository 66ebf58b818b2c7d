package toco.track;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Calls that end in time. MLflow's client waits for an answer without limit; on a virtual thread,
/// an interrupt ends that.
final class TimedCalls implements AutoCloseable {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Duration limit;

  /// @param limit of a call
  TimedCalls(Duration limit) {
    this.limit = limit;
  }

  <T> T call(Callable<T> request) throws Exception {
    return call(request, Duration.ZERO);
  }

  /// @param more time, in addition to the limit of every call
  <T> T call(Callable<T> request, Duration more) throws Exception {
    var result = threads.submit(request);
    var all = limit.plus(more);
    try {
      return result.get(all.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer within %s s".formatted(all.toMillis() / 1e3));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      result.cancel(true);
    }
  }

  /// Interrupts what is still waiting.
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
