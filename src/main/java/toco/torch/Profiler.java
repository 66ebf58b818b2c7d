package toco.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Profiles the operators of the calling thread and the kernels of GPUs until closed on the same
/// thread, then writes a trace for `chrome://tracing` or Perfetto.
///
/// ```java
/// try (var _ = Profiler.start(Path.of("trace.json"), true, false)) {
///   model.forward(x);
/// }
/// ```
public final class Profiler implements AutoCloseable {
  private final Path trace;
  private final Thread thread = Thread.currentThread();
  private boolean closed;

  private Profiler(Path trace) {
    this.trace = trace;
  }

  /// Starts profiling.
  ///
  /// @param trace the file to write when closed
  /// @param shapes also record the shapes of the operators' inputs
  /// @param memory also record allocations
  /// @throws TorchException if a profiler is already running on this thread
  public static Profiler start(Path trace, boolean shapes, boolean memory) {
    LibTorch.load();
    CallScratch.check(TocoTorch.tt_profiler_start(shapes ? 1 : 0, memory ? 1 : 0));
    return new Profiler(trace.toAbsolutePath());
  }

  /// Stops profiling and writes the trace. Closing twice does nothing.
  ///
  /// @throws IllegalStateException on another thread
  @Override
  public void close() {
    stop(trace);
  }

  /// Stops profiling without writing a trace.
  public void discard() {
    stop(null);
  }

  private void stop(@Nullable Path file) {
    if (closed) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "a profiler must be stopped on the thread that started it, '%s'; got '%s'"
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
