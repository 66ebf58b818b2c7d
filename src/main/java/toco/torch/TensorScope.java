package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Frees, in one native call, every tensor created while it was the thread's innermost scope.
///
/// ```java
/// try (var step = TensorScope.open()) {
///   var loss = model.forward(x).mseLoss(y);   // freed with all intermediate results
///   best = step.keep(loss.detach());          // moved to the enclosing scope
/// }
/// ```
///
/// Scopes nest, and must be closed in the reverse order of opening. A scope and its tensors belong
/// to the thread that opened it. Tensors created while no scope is open belong to the caller, which
/// closes them with [Tensor#close]; any thread may use them.
public final class TensorScope implements AutoCloseable {
  private static final ThreadLocal<@Nullable TensorScope> INNERMOST = new ThreadLocal<>();

  final Thread thread = Thread.currentThread();
  private final @Nullable TensorScope outer = INNERMOST.get();
  private @Nullable Tensor[] tensors = new Tensor[32];
  private int count;
  private boolean closed;

  private TensorScope() {
    if (thread.isVirtual()) {
      throw new IllegalStateException(
          "a TensorScope needs a platform thread (Thread.ofPlatform), because LibTorch keeps"
              + " per-thread state; got a virtual thread");
    }
    INNERMOST.set(this);
  }

  /// Opens a scope, which is this thread's innermost one until it is closed.
  ///
  /// @throws IllegalStateException on a virtual thread
  public static TensorScope open() {
    return new TensorScope();
  }

  /// Runs `body` in a new scope and keeps only its result. Intermediate tensors are freed at once,
  /// except for memory that the autograd graph needs.
  public static Tensor scoped(Supplier<Tensor> body) {
    try (var scope = new TensorScope()) {
      var result = body.get();
      return result.scope == scope ? scope.keep(result) : result;
    }
  }

  static @Nullable TensorScope innermost() {
    return INNERMOST.get();
  }

  /// Moves a tensor of this scope to the enclosing scope, or to the caller if there is none.
  /// Returns the tensor.
  public Tensor keep(Tensor tensor) {
    requireOpen();
    if (tensor.scope != this) {
      throw new IllegalArgumentException(
          "keep needs a tensor of this scope, got one of "
              + (tensor.scope == null ? "no scope" : "another scope"));
    }
    remove(tensor);
    if (outer != null) {
      outer.add(tensor);
    }
    return tensor;
  }

  /// Removes a tensor from its scope: the caller must then close it, and any thread may use it.
  /// Returns the tensor.
  public static Tensor release(Tensor tensor) {
    if (tensor.scope != null) {
      tensor.handle(); // throws if closed or on another thread
      tensor.scope.remove(tensor);
    }
    return tensor;
  }

  /// The number of open tensors in this scope, without those of inner scopes.
  public int size() {
    return count;
  }

  void add(Tensor tensor) {
    if (count == tensors.length) {
      tensors = Arrays.copyOf(tensors, 2 * count);
    }
    tensor.scope = this;
    tensor.slot = count;
    tensors[count++] = tensor;
  }

  void remove(Tensor tensor) {
    var last = tensors[--count];
    tensors[count] = null;
    if (last != null && last != tensor) {
      tensors[tensor.slot] = last;
      last.slot = tensor.slot;
    }
    tensor.scope = null;
  }

  /// Frees this scope's tensors. Closing twice does nothing.
  ///
  /// @throws IllegalStateException on another thread, or while an inner scope is open
  @Override
  public void close() {
    if (closed) {
      return;
    }
    requireOpen();
    if (INNERMOST.get() != this) {
      throw new IllegalStateException(
          "an inner TensorScope is still open; close scopes in the reverse order of opening");
    }
    closed = true;
    INNERMOST.set(outer);
    if (count > 0) {
      freeAll();
    }
    LibTorch.drainReleased();
  }

  private void freeAll() {
    IllegalStateException inUse = null;
    try (var arena = Arena.ofConfined()) {
      var handles = arena.allocate(ADDRESS, count);
      for (int i = 0; i < count; i++) {
        var tensor = tensors[i];
        try {
          handles.setAtIndex(ADDRESS, i, tensor == null ? MemorySegment.NULL : tensor.surrender());
        } catch (IllegalStateException e) { // another thread is reading segment()
          tensor.scope = null; // stays open; the caller must close it
          handles.setAtIndex(ADDRESS, i, MemorySegment.NULL);
          inUse = e;
        }
      }
      TocoTorch.tt_free_list(handles, count);
    }
    count = 0;
    tensors = new Tensor[0];
    if (inUse != null) {
      throw inUse;
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this TensorScope is closed");
    }
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException(
          "a TensorScope must be used on the thread that opened it, '%s'; got '%s'"
              .formatted(thread.getName(), Thread.currentThread().getName()));
    }
  }
}
