package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static toco.torch.CallScratch.check;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// A LibTorch tensor: an n-dimensional array of one [DType] on one [Device], with autograd.
///
/// Operators are methods named as in PyTorch; those with a trailing underscore change the tensor in
/// place. This class holds the handle, the lifetime, the metadata, the data and the gradient; the
/// operators are inherited from one interface per subject.
///
/// A tensor belongs to the [TensorScope] that was innermost when it was created and is freed with
/// it; outside any scope the caller must [#close] it. Using a closed tensor, or a scope's tensor on
/// another thread, throws [IllegalStateException]. LibTorch's errors are a [TorchException].
public final class Tensor extends TensorCreation
    implements PointwiseOps,
        ActivationOps,
        ComparisonOps,
        ReductionOps,
        ShapeOps,
        IndexOps,
        LinearAlgebraOps,
        ComplexOps,
        InPlaceOps,
        ConversionOps,
        Losses,
        AutoCloseable {
  /// Clears the handle atomically: a tensor that two threads close at once is freed once.
  private static final AtomicReferenceFieldUpdater<Tensor, @Nullable MemorySegment> HANDLE =
      AtomicReferenceFieldUpdater.newUpdater(Tensor.class, MemorySegment.class, "handle");

  private volatile @Nullable MemorySegment handle;
  private @Nullable Arena window;

  @Nullable TensorScope scope; // this and slot are written by TensorScope
  int slot;

  private Tensor(MemorySegment handle) {
    this.handle = handle;
  }

  static Tensor adopt(MemorySegment handle) {
    var tensor = new Tensor(handle);
    var scope = TensorScope.innermost();
    if (scope != null) {
      scope.add(tensor);
    }
    return tensor;
  }

  /// Shape, dtype, device and `requiresGrad`, read in one native call.
  @Override
  public TensorInfo info() {
    var segment = CallScratch.get().info;
    check(TocoTorch.tt_info(handle(), segment));
    return TensorInfo.read(segment);
  }

  /// The sizes of all dimensions.
  public Shape shape() {
    return info().shape();
  }

  /// The size of one dimension; a negative one counts from the end.
  public long size(int dim) {
    return shape().size(dim);
  }

  /// The number of dimensions.
  public int dim() {
    return shape().dims();
  }

  /// The number of elements.
  public long numel() {
    return shape().numel();
  }

  /// The type of the elements.
  public DType dtype() {
    return info().dtype();
  }

  /// The device that holds the elements.
  public Device device() {
    return info().device();
  }

  /// Whether the elements are in row-major order without gaps.
  public boolean isContiguous() {
    var scratch = CallScratch.get();
    check(TocoTorch.tt_is_contiguous(handle(), scratch.out));
    return scratch.outInt() != 0;
  }

  /// The element of a one-element tensor, as a double; waits for the device.
  public double item() {
    LibTorch.countReadBack();
    var scratch = CallScratch.get();
    check(TocoTorch.tt_item_double(handle(), scratch.out));
    return scratch.outDouble();
  }

  /// The element of a one-element tensor, as a long; waits for the device.
  public long itemLong() {
    LibTorch.countReadBack();
    var scratch = CallScratch.get();
    check(TocoTorch.tt_item_int64(handle(), scratch.out));
    return scratch.outLong();
  }

  /// The tensor's memory, without a copy: writes through either are seen by both. Valid on any
  /// thread until this tensor is closed.
  ///
  /// @throws IllegalStateException if the tensor is not on the CPU, or not contiguous
  @SuppressWarnings("MustBeClosedChecker") // surrender() closes the window
  public MemorySegment segment() {
    requireAccessible();
    if (window == null) {
      window = Arena.ofShared(); // not confined: the tensor may be released to other threads
    }
    var data = address();
    return data.byteSize() == 0 ? data : data.reinterpret(data.byteSize(), window, null);
  }

  /// A copy of the elements as floats, in row-major order, from any real dtype and any device.
  public float[] toFloatArray() {
    try (var copy = toCpu(DType.FLOAT32)) {
      return copy.address().toArray(JAVA_FLOAT);
    }
  }

  /// A copy of the elements as longs, in row-major order, from any real dtype and any device.
  public long[] toLongArray() {
    try (var copy = toCpu(DType.INT64)) {
      return copy.address().toArray(JAVA_LONG);
    }
  }

  /// A copy of the elements as doubles, in row-major order, from any real dtype and any device.
  public double[] toDoubleArray() {
    try (var copy = toCpu(DType.FLOAT64)) {
      return copy.address().toArray(JAVA_DOUBLE);
    }
  }

  private Tensor toCpu(DType dtype) {
    if (dtype().isComplex()) {
      throw new IllegalStateException(
          dtype() + " has no real elements; call toComplexArray(), real() or viewAsReal()");
    }
    LibTorch.countReadBack();
    try (var converted = to(dtype);
        var onCpu = converted.to(Device.CPU)) {
      return onCpu.contiguous();
    }
  }

  private void requireAccessible() {
    var device = device();
    if (!device.isCpu()) {
      throw new IllegalStateException(
          "segment() needs a tensor on the CPU, got one on %s; call to(Device.CPU) first"
              .formatted(device));
    }
    if (!isContiguous()) {
      throw new IllegalStateException(
          "segment() needs a contiguous tensor, got a view of shape %s; call contiguous() first"
              .formatted(shape()));
    }
  }

  MemorySegment address() {
    var scratch = CallScratch.get();
    check(TocoTorch.tt_data(handle(), scratch.out, scratch.second));
    return scratch.out.get(ADDRESS, 0).reinterpret(scratch.second.get(JAVA_LONG, 0));
  }

  /// A copy of the elements in new memory. Gradients flow through it.
  @Override
  @SuppressWarnings("MissingSuperCall") // Object.clone would copy the handle
  public Tensor clone() {
    return result(TocoTorch.tt_clone(handle(), out()));
  }

  /// The same elements without the autograd graph; shares memory.
  public Tensor detach() {
    return result(TocoTorch.tt_detach(handle(), out()));
  }

  /// A second handle to the same tensor, autograd included, which is closed separately.
  public Tensor alias() {
    return result(TocoTorch.tt_alias(handle(), out()));
  }

  /// Computes the gradients of this scalar and adds them to [#grad] of the leaves in its graph.
  public void backward() {
    check(TocoTorch.tt_backward(handle(), MemorySegment.NULL, 0));
  }

  /// Backpropagates `gradient`, a tensor of this tensor's shape, and adds to [#grad] of the leaves.
  public void backward(Tensor gradient) {
    check(TocoTorch.tt_backward(handle(), gradient.handle(), 0));
  }

  /// The accumulated gradient of this leaf, or null if there is none.
  public @Nullable Tensor grad() {
    var out = out();
    check(TocoTorch.tt_grad(handle(), out));
    var grad = out.get(ADDRESS, 0);
    return grad.address() == 0 ? null : adopt(grad);
  }

  /// Whether autograd records operations on this tensor.
  public boolean requiresGrad() {
    return info().requiresGrad();
  }

  /// The native handle (`tt_tensor` in the C header), borrowed. To your own native code it is a
  /// `const at::Tensor *` that is valid until this tensor is closed.
  @Override
  public MemorySegment handle() {
    var current = handle;
    if (current == null) {
      throw new IllegalStateException(
          "this tensor is closed: its TensorScope ended, or close() was called; use"
              + " TensorScope.keep for results that must outlive a scope");
    }
    if (scope != null && scope.thread != Thread.currentThread()) {
      throw new IllegalStateException(
          ("this tensor belongs to a TensorScope of thread '%s' and was used on thread "
                  + "'%s'; use TensorScope.release to share it")
              .formatted(scope.thread.getName(), Thread.currentThread().getName()));
    }
    return current;
  }

  /// Whether this tensor was closed, by [#close] or with its scope.
  public boolean isClosed() {
    return handle == null;
  }

  /// Frees this handle. The memory is freed once no view and no autograd graph uses it. Closing
  /// twice does nothing, even on two threads at once; no other thread may be using the tensor.
  @Override
  public void close() {
    if (handle == null) {
      return;
    }
    if (scope != null) {
      handle(); // checks the thread
      scope.remove(this);
    }
    TocoTorch.tt_free(surrender());
  }

  /// Closes the tensor without freeing the handle, which the caller then owns; NULL if the tensor
  /// was closed before.
  MemorySegment surrender() {
    var given = HANDLE.getAndSet(this, null);
    if (given == null) {
      return MemorySegment.NULL;
    }
    try {
      closeWindow();
    } catch (IllegalStateException e) { // another thread is reading segment()
      handle = given;
      throw e;
    }
    scope = null;
    return given;
  }

  private void closeWindow() {
    if (window != null) {
      window.close();
      window = null;
    }
  }

  @Override
  public String toString() {
    if (handle == null) {
      return "Tensor(closed)";
    }
    var info = info();
    return "Tensor(%s, %s, %s)".formatted(info.shape(), info.dtype(), info.device());
  }
}
