package toco.torch;

import org.jspecify.annotations.Nullable;

/// A setting of the calling thread that is in effect until closed. Modes of all kinds nest and must
/// be closed in the reverse order of opening, because each restores the value that it found.
abstract sealed class ThreadMode implements AutoCloseable
    permits GradMode, InferenceMode, Autocast {
  private static final ThreadLocal<@Nullable ThreadMode> INNERMOST = new ThreadLocal<>();

  private final Thread thread = Thread.currentThread();
  private final @Nullable ThreadMode outer = INNERMOST.get();
  private boolean closed;

  /// To be called at the end of a constructor, when the setting is in effect.
  final void opened() {
    INNERMOST.set(this);
  }

  /// Restores the previous setting.
  abstract void restore();

  /// Restores the previous setting. Closing twice does nothing.
  ///
  /// @throws IllegalStateException on another thread, or while an inner mode of any kind is open
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
