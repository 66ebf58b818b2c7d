package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// Frees, in one call, every tensor made while it was the thread's innermost scope.
///
/// ```java
/// try (var step = TensorScope.open()) {
///   var loss = model.forward(x).mseLoss(y);   // and every intermediate result
///   best = step.keep(loss.detach());          // outlives the scope: moved to the one around it
/// }
/// ```
///
/// Scopes nest and belong to the thread that opened them, as do their tensors; they must be closed
/// in the reverse order. Tensors made while no scope is open belong to whoever made them, may be
/// used from any thread, and are closed by hand.
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
          "LibTorch keeps state in platform threads; open scopes on one (Thread.ofPlatform), not on"
              + " a virtual thread");
    }
    INNERMOST.set(this);
  }

  /// Opens a scope, which is this thread's innermost until closed.
  ///
  /// @throws IllegalStateException on a virtual thread
  public static TensorScope open() {
    return new TensorScope();
  }

  /// Runs the body in a scope of its own and keeps its result alone: what lies between goes at
  /// once, save what autograd holds on to.
  public static Tensor scoped(Supplier<Tensor> body) {
    try (var scope = new TensorScope()) {
      var result = body.get();
      return result.scope == scope ? scope.keep(result) : result;
    }
  }

  static @Nullable TensorScope innermost() {
    return INNERMOST.get();
  }

  /// Moves a tensor of this scope to the scope around it, or, if there is none, to the caller.
  /// Returns the tensor.
  public Tensor keep(Tensor tensor) {
    requireOpen();
    if (tensor.scope != this) {
      throw new IllegalArgumentException(
          "only a tensor of this scope can be kept; this one "
              + (tensor.scope == null ? "belongs to no scope" : "belongs to another scope"));
    }
    remove(tensor);
    if (outer != null) {
      outer.add(tensor);
    }
    return tensor;
  }

  /// Takes a tensor out of every scope: from now on the caller closes it, and any thread may use
  /// it. Returns the tensor.
  public static Tensor release(Tensor tensor) {
    if (tensor.scope != null) {
      tensor.handle(); // checks thread and life
      tensor.scope.remove(tensor);
    }
    return tensor;
  }

  /// The number of open tensors in this scope, those of inner scopes apart.
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
        } catch (IllegalStateException e) { // another thread is reading its segment() just now
          tensor.scope = null; // it lives on, to be closed by hand
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
          "TensorScope of thread '%s' used on thread '%s'"
              .formatted(thread.getName(), Thread.currentThread().getName()));
    }
  }
}
