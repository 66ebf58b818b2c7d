package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static toco.torch.Frame.check;
import static toco.torch.Frame.out;
import static toco.torch.Frame.result;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// A LibTorch tensor: an array of numbers of one [DType] on one [Device], with its place in the
/// autograd graph.
///
/// A tensor belongs to the [TensorScope] that was innermost when it was made and dies with it;
/// without one it is the maker's to [#close]. Using it after that, or a scope's tensor on another
/// thread, throws [IllegalStateException]. Operators are methods named as in PyTorch; those with a
/// trailing underscore change the tensor in place. What LibTorch refuses comes as a
/// [TorchException] with LibTorch's words.
public final class Tensor extends TensorCreation
    implements PointwiseOps,
        ComparisonOps,
        ReductionOps,
        SummaryOps,
        ShapeOps,
        IndexOps,
        AlgebraOps,
        ElementOps,
        NetworkOps,
        InPlaceOps,
        AutoCloseable {
  /// Takes the handle away for good: what two threads close at once is freed once.
  private static final AtomicReferenceFieldUpdater<Tensor, @Nullable MemorySegment> HANDLE =
      AtomicReferenceFieldUpdater.newUpdater(Tensor.class, MemorySegment.class, "handle");

  private volatile @Nullable MemorySegment handle;
  private @Nullable Arena window;

  // Kept by TensorScope.
  @Nullable TensorScope scope;
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

  // ------------------------------------------------------------------------------------

  /// A tensor of a user's own C++ code: another handle to what an `at::Tensor *` points at. That
  /// object stays its owner's to delete; the tensor lives on.
  ///
  /// @param pointer to an `at::Tensor` of the LibTorch in this process
  public static Tensor ofPointer(MemorySegment pointer) {
    return result(TocoTorch.tt_from_pointer(pointer, out()));
  }

  /// Shape, dtype, device and whether gradients are recorded, in one call.
  public TensorInfo info() {
    var segment = Frame.get().info;
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

  /// What the elements are.
  public DType dtype() {
    return info().dtype();
  }

  /// Where the elements are.
  public Device device() {
    return info().device();
  }

  /// Whether the elements lie in row-major order without gaps.
  public boolean isContiguous() {
    var frame = Frame.get();
    check(TocoTorch.tt_is_contiguous(handle(), frame.out));
    return frame.outInt() != 0;
  }

  /// The only element, as a double; waits for the device.
  public double item() {
    LibTorch.countReadBack();
    var frame = Frame.get();
    check(TocoTorch.tt_item_double(handle(), frame.out));
    return frame.outDouble();
  }

  /// The only element, as a long; waits for the device.
  public long itemLong() {
    LibTorch.countReadBack();
    var frame = Frame.get();
    check(TocoTorch.tt_item_int64(handle(), frame.out));
    return frame.outLong();
  }

  /// The elements in place, without a copy: writes through either are seen by both. The segment can
  /// be used until this tensor is closed, on any thread.
  ///
  /// @throws IllegalStateException if the tensor is not on the CPU, or not contiguous
  @SuppressWarnings("MustBeClosedChecker") // surrender() closes the window
  public MemorySegment segment() {
    requireInPlace();
    if (window == null) {
      window = Arena.ofShared(); // not a confined one: the tensor may be released to other threads
    }
    var data = address();
    return data.byteSize() == 0 ? data : data.reinterpret(data.byteSize(), window, null);
  }

  /// A copy of the elements as floats, in row-major order, from any dtype and device.
  public float[] toFloatArray() {
    try (var plain = convert(DType.FLOAT32)) {
      return plain.address().toArray(JAVA_FLOAT);
    }
  }

  /// A copy of the elements as longs, in row-major order, from any dtype and device.
  public long[] toLongArray() {
    try (var plain = convert(DType.INT64)) {
      return plain.address().toArray(JAVA_LONG);
    }
  }

  /// A copy of the elements as doubles, in row-major order, from any dtype and device.
  public double[] toDoubleArray() {
    try (var plain = convert(DType.FLOAT64)) {
      return plain.address().toArray(ValueLayout.JAVA_DOUBLE);
    }
  }

  private Tensor convert(DType dtype) {
    LibTorch.countReadBack();
    try (var typed = to(dtype);
        var here = typed.to(Device.CPU)) {
      return here.contiguous();
    }
  }

  private void requireInPlace() {
    var device = device();
    if (!device.isCpu()) {
      throw new IllegalStateException(
          "memory on %s cannot be read in place; copy it with to(Device.CPU) first"
              .formatted(device));
    }
    if (!isContiguous()) {
      throw new IllegalStateException(
          "a tensor of shape %s is not contiguous; call contiguous() first".formatted(shape()));
    }
  }

  MemorySegment address() {
    var frame = Frame.get();
    check(TocoTorch.tt_data(handle(), frame.out, frame.second));
    return frame.out.get(ADDRESS, 0).reinterpret(frame.second.get(JAVA_LONG, 0));
  }

  // ---------------------------------------------------------------------------------------------------

  @Override
  @SuppressWarnings("MissingSuperCall")
  public Tensor clone() {
    return result(TocoTorch.tt_clone(handle(), out()));
  }

  /// The same elements, cut off from the autograd graph; shares memory.
  public Tensor detach() {
    return result(TocoTorch.tt_detach(handle(), out()));
  }

  /// Another handle to this very tensor, autograd included, with a life of its own.
  public Tensor alias() {
    return result(TocoTorch.tt_alias(handle(), out()));
  }

  /// Row-major in memory; shares it if it already is.
  public Tensor contiguous() {
    return result(TocoTorch.tt_contiguous(handle(), out()));
  }

  /// The elements as another dtype; this very tensor's memory where it is one already.
  public Tensor to(DType dtype) {
    return result(TocoTorch.tt_to_dtype(handle(), dtype.code, out()));
  }

  /// The elements on another device; this very tensor's memory where they are there already.
  public Tensor to(Device device) {
    return to(device, false);
  }

  /// The same elements on a device; the same tensor under another handle if it is there already.
  ///
  /// @param nonBlocking lets a copy from pinned memory run while the host goes on
  public Tensor to(Device device, boolean nonBlocking) {
    return result(
        TocoTorch.tt_to_device(
            handle(), device.type(), device.index(), nonBlocking ? 1 : 0, out()));
  }

  /// `value` everywhere, in this tensor's shape, dtype and device.
  public Tensor fullLike(double value) {
    return result(TocoTorch.tt_full_like(handle(), value, out()));
  }

  /// Zeros of this shape, dtype and device.
  public Tensor zerosLike() {
    return fullLike(0);
  }

  /// Adds the gradients of this scalar to the `grad` of the leaves it was computed from.
  public void backward() {
    check(TocoTorch.tt_backward(handle(), MemorySegment.NULL, 0));
  }

  /// The same for any tensor, given the gradient of the final result towards it.
  public void backward(Tensor gradient) {
    check(TocoTorch.tt_backward(handle(), gradient.handle(), 0));
  }

  /// The accumulated gradient, or null before any backward pass reached this leaf.
  public @Nullable Tensor grad() {
    var slotForGrad = out();
    check(TocoTorch.tt_grad(handle(), slotForGrad));
    var found = slotForGrad.get(ADDRESS, 0);
    return found.address() == 0 ? null : adopt(found);
  }

  /// Whether gradients are recorded for it.
  public boolean requiresGrad() {
    return info().requiresGrad();
  }

  // ------------------------------------------------------------------------------------------------------

  /// The native handle (`tt_tensor` of the C ABI), borrowed: for passing this tensor to native code
  /// of one's own, to which it is a `const at::Tensor *` that is valid until this tensor is closed.
  @Override
  public MemorySegment handle() {
    var current = handle;
    if (current == null) {
      throw new IllegalStateException(
          "this tensor is closed; its TensorScope ended, or close() was called. Use"
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

  /// Whether it was closed, by hand or with its scope.
  public boolean isClosed() {
    return handle == null;
  }

  /// Frees the tensor. Its memory goes when no view and no graph needs it any more. Closing twice
  /// does nothing, on two threads at once neither; but no other thread may be using it.
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

  /// Gives up the handle, whose freeing is then the caller's affair; NULL if it has been given up.
  MemorySegment surrender() {
    var given = HANDLE.getAndSet(this, null);
    if (given == null) {
      return MemorySegment.NULL;
    }
    try {
      closeWindow();
    } catch (IllegalStateException e) { // another thread is reading its segment() just now
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
