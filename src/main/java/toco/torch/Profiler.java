package toco.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Records what operators of the calling thread take, and a GPU's kernels, until closed on the same
/// thread; then writes a trace for `chrome://tracing` or Perfetto.
///
/// ```java
/// try (var _ = Profiler.start(Path.of("trace.json"), true, false)) {
///   step.run(batch);
/// }
/// ```
public final class Profiler implements AutoCloseable {
  private final Path trace;
  private final Thread thread = Thread.currentThread();
  private boolean closed;

  private Profiler(Path trace) {
    this.trace = trace;
  }

  /// Starts recording.
  ///
  /// @param trace the file to write when closed
  /// @param shapes note the operators' input shapes, too
  /// @param memory note what they allocate, too
  /// @throws TorchException if a profiler runs on this thread already
  public static Profiler start(Path trace, boolean shapes, boolean memory) {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_profiler_start(shapes ? 1 : 0, memory ? 1 : 0));
    return new Profiler(trace.toAbsolutePath());
  }

  /// Stops, and writes the trace. Closing twice does nothing.
  ///
  /// @throws IllegalStateException on another thread
  @Override
  public void close() {
    stop(trace);
  }

  /// Stops without a trace.
  public void discard() {
    stop(null);
  }

  private void stop(@Nullable Path file) {
    if (closed) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "profiler of thread '%s' stopped on thread '%s'"
              .formatted(thread.getName(), Thread.currentThread().getName()));
    }
    closed = true;
    try (var arena = Arena.ofConfined()) {
      CallScratch.check(
          TocoTorch.tt_profiler_stop(
              file == null ? MemorySegment.NULL : arena.allocateFrom(file.toString())));
    }
  }
}
