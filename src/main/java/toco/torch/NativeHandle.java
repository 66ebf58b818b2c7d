package toco.torch;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A native object that is closed explicitly, independent of any [TensorScope]. No other thread may
/// be using it when it is closed.
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

  /// Frees the object. Closing twice does nothing. Tensors obtained from it stay valid.
  @Override
  public void close() {
    var open = handle.getAndSet(null);
    if (open != null) {
      free.accept(open);
    }
  }
}
