package toco.torch;

import org.jspecify.annotations.Nullable;

/// A setting of the calling thread's, from opening to close. Settings of all kinds nest in one
/// another and close in the reverse order, since each puts back what it found.
abstract sealed class ThreadMode implements AutoCloseable
    permits GradMode, InferenceMode, Autocast {
  private static final ThreadLocal<@Nullable ThreadMode> INNERMOST = new ThreadLocal<>();

  private final Thread thread = Thread.currentThread();
  private final @Nullable ThreadMode outer = INNERMOST.get();
  private boolean closed;

  /// For the end of a constructor: the setting now holds.
  final void opened() {
    INNERMOST.set(this);
  }

  /// Puts back what was before.
  abstract void restore();

  /// Puts back what was before. Closing twice does nothing.
  ///
  /// @throws IllegalStateException on another thread, or while an inner mode, of whatever kind, is
  ///   open
  @Override
  public void close() {
    if (closed) {
      return;
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "%s of thread '%s' closed on thread '%s'; each thread has its own"
              .formatted(
                  getClass().getSimpleName(), thread.getName(), Thread.currentThread().getName()));
    }
    var innermost = INNERMOST.get();
    if (innermost != this) {
      throw new IllegalStateException(
          "%s is closed while an inner %s is still open; close them in the reverse order of opening"
              .formatted(
                  getClass().getSimpleName(),
                  innermost == null ? "mode" : innermost.getClass().getSimpleName()));
    }
    closed = true;
    INNERMOST.set(outer);
    restore();
  }
}
