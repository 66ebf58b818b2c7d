package toco.torch;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Something native that is closed by hand, whatever scope is open. It is closed when no other
/// thread uses it.
abstract class NativeHandle implements AutoCloseable {
  private final AtomicReference<@Nullable MemorySegment> handle;
  private final Consumer<MemorySegment> free;

  /// @param free called once, with the handle
  NativeHandle(MemorySegment handle, Consumer<MemorySegment> free) {
    this.handle = new AtomicReference<>(handle);
    this.free = free;
  }

  /// The handle, borrowed.
  ///
  /// @throws IllegalStateException once closed
  final MemorySegment handle() {
    var open = handle.get();
    if (open == null) {
      throw new IllegalStateException("this %s is closed".formatted(getClass().getSimpleName()));
    }
    return open;
  }

  /// Frees it; closing twice does nothing. What was taken out of it lives on.
  @Override
  public void close() {
    var open = handle.getAndSet(null);
    if (open != null) {
      free.accept(open);
    }
  }
}
