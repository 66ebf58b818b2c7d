package toco.torch;

import static toco.torch.CallScratch.longs;
import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// The static functions that make a tensor, from values, memory, random numbers or other tensors:
/// `Tensor.zeros(2, 3)`, `Tensor.of(…)`, `Tensor.wrap(…)`, `Tensor.cat(…)`.
abstract sealed class TensorCreation permits Tensor {
  TensorCreation() {}

  /// A float32 CPU tensor with a copy of the values.
  public static Tensor of(float[] values, long... sizes) {
    return copyOf(
        MemorySegment.ofArray(values),
        DType.FLOAT32,
        sizes.length == 0 ? new long[] {values.length} : sizes);
  }

  /// An int64 CPU tensor with a copy of the values.
  public static Tensor of(long[] values, long... sizes) {
    return copyOf(
        MemorySegment.ofArray(values),
        DType.INT64,
        sizes.length == 0 ? new long[] {values.length} : sizes);
  }

  /// A CPU tensor with a copy of `data`.
  ///
  /// @param data memory of exactly the tensor's size, on or off the heap
  public static Tensor copyOf(MemorySegment data, DType dtype, long... sizes) {
    requireFit(data, dtype, sizes);
    var tensor = empty(dtype, Device.CPU, sizes);
    MemorySegment.copy(data, 0, tensor.address(), 0, data.byteSize());
    return tensor;
  }

  /// A CPU tensor that shares off-heap memory: writes through either are seen by both.
  ///
  /// The segment stays reachable while any view of the tensor lives, so memory of an automatic
  /// arena needs no care. An arena that is closed by hand must stay open that long, or be handed
  /// over with [#wrap(Arena, MemorySegment, DType, long...)].
  ///
  /// @param data native memory of exactly the tensor's size, aligned to its elements
  public static Tensor wrap(MemorySegment data, DType dtype, long... sizes) {
    return wrap(data, null, dtype, sizes);
  }

  /// A CPU tensor that shares off-heap memory and owns its arena, which is closed some time after
  /// the last view of the tensor is freed.
  ///
  /// @param owned a shared arena
  /// @param data native memory of exactly the tensor's size, aligned to its elements
  public static Tensor wrap(Arena owned, MemorySegment data, DType dtype, long... sizes) {
    if (!data.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw new IllegalArgumentException(
          "the arena of a wrapped tensor must be shared (Arena.ofShared), because any thread may"
              + " close it; got an arena confined to a thread");
    }
    return wrap(data, owned, dtype, sizes);
  }

  private static Tensor wrap(
      MemorySegment data, @Nullable Arena owned, DType dtype, long... sizes) {
    requireFit(data, dtype, sizes);
    if (!data.isNative()) {
      throw new IllegalArgumentException(
          "wrap needs native memory, got a segment on the heap; use copyOf");
    }
    if (data.address() % dtype.byteSize() != 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "memory for %s must be aligned to %s bytes, got address %#x",
              dtype,
              dtype.byteSize(),
              data.address()));
    }
    LibTorch.load();
    long token = LibTorch.retain(data, owned);
    int status = TocoTorch.tt_wrap(data, longs(sizes), sizes.length, dtype.code, token, out());
    if (status != 0) {
      LibTorch.forget(token);
    }
    return result(status);
  }

  /// A tensor made by your own C++ code: a new reference to the tensor behind an `at::Tensor *`.
  /// The C++ object stays its owner's to delete; this tensor is independent of that.
  ///
  /// @param pointer to an `at::Tensor` of the LibTorch in this process
  public static Tensor ofPointer(MemorySegment pointer) {
    return result(TocoTorch.tt_from_pointer(pointer, out()));
  }

  private static void requireFit(MemorySegment data, DType dtype, long[] sizes) {
    long expected = Shape.of(sizes).numel() * dtype.byteSize();
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s has %s bytes, got memory of %s"
              .formatted(dtype, Shape.of(sizes), expected, data.byteSize()));
    }
  }

  /// An uninitialised tensor.
  public static Tensor empty(DType dtype, Device device, long... sizes) {
    LibTorch.load();
    return result(
        TocoTorch.tt_empty(
            longs(sizes), sizes.length, dtype.code, device.type(), device.index(), 0, out()));
  }

  /// An uninitialised CPU tensor in pinned memory of the accelerator that is there, to which copies
  /// from it run asynchronously.
  ///
  /// @throws TorchException without an accelerator
  public static Tensor emptyPinned(DType dtype, long... sizes) {
    return result(TocoTorch.tt_empty(longs(sizes), sizes.length, dtype.code, 0, -1, 1, out()));
  }

  /// A tensor filled with `value`.
  public static Tensor full(double value, DType dtype, Device device, long... sizes) {
    return result(
        TocoTorch.tt_full(
            longs(sizes), sizes.length, value, dtype.code, device.type(), device.index(), out()));
  }

  /// Zeros: float32 on the CPU.
  public static Tensor zeros(long... sizes) {
    return full(0, DType.FLOAT32, Device.CPU, sizes);
  }

  /// Ones: float32 on the CPU.
  public static Tensor ones(long... sizes) {
    return full(1, DType.FLOAT32, Device.CPU, sizes);
  }

  /// Uniform random numbers in [0, 1): float32 on the CPU, from LibTorch's generator.
  public static Tensor rand(long... sizes) {
    return result(TocoTorch.tt_rand(longs(sizes), sizes.length, DType.FLOAT32.code, 0, -1, out()));
  }

  /// Standard normal random numbers: float32 on the CPU, from LibTorch's generator.
  public static Tensor randn(long... sizes) {
    return result(TocoTorch.tt_randn(longs(sizes), sizes.length, DType.FLOAT32.code, 0, -1, out()));
  }

  /// Uniform random integers in [low, high): int64 on the CPU.
  public static Tensor randint(long low, long high, long... sizes) {
    return result(
        TocoTorch.tt_randint(
            low, high, longs(sizes), sizes.length, DType.INT64.code, 0, -1, out()));
  }

  /// A random permutation of 0…n − 1: int64 \[n].
  public static Tensor randperm(long n, Device device) {
    return result(TocoTorch.tt_randperm(n, device.type(), device.index(), out()));
  }

  /// start, start + 1, … below `end`.
  public static Tensor arange(double start, double end, DType dtype, Device device) {
    return result(
        TocoTorch.tt_arange(start, end, 1, dtype.code, device.type(), device.index(), out()));
  }

  /// Complex numbers from their real and imaginary parts: float32 → complex64, float64 →
  /// complex128.
  public static Tensor complex(Tensor real, Tensor imag) {
    return Ops.call("aten::complex", real, imag);
  }

  /// Complex numbers from their absolute values and angles in radians.
  public static Tensor polar(Tensor abs, Tensor angle) {
    return Ops.call("aten::polar", abs, angle);
  }

  /// Concatenates tensors along an existing dimension.
  public static Tensor cat(List<Tensor> tensors, long dim) {
    return result(TocoTorch.tt_cat(CallScratch.handles(tensors), tensors.size(), dim, out()));
  }

  /// Stacks tensors of one shape along a new dimension.
  public static Tensor stack(List<Tensor> tensors, long dim) {
    return result(
        TocoTorch.tt_stack_tensors(CallScratch.handles(tensors), tensors.size(), dim, out()));
  }

  /// Sums of products over named dimensions, `torch.einsum`: `einsum("bij,bjk->bik", x, y)`.
  public static Tensor einsum(String equation, Tensor... operands) {
    return Ops.call("aten::einsum", equation, List.of(operands), null);
  }
}
