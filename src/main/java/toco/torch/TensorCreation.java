package toco.torch;

import static toco.torch.Frame.longs;
import static toco.torch.Frame.out;
import static toco.torch.Frame.result;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.torch.ffi.TocoTorch;

/// The ways to make a tensor, called as `Tensor.zeros(2, 3)`, `Tensor.of(…)`, `Tensor.wrap(…)`.
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

  /// A CPU tensor with a copy of memory that holds exactly its elements.
  public static Tensor copyOf(MemorySegment data, DType dtype, long... sizes) {
    requireFit(data, dtype, sizes);
    var tensor = empty(dtype, Device.CPU, sizes);
    MemorySegment.copy(data, 0, tensor.address(), 0, data.byteSize());
    return tensor;
  }

  /// A CPU tensor over off-heap memory, without a copy: writes through either are seen by both. The
  /// memory is kept reachable while any view of it lives, so memory of an automatic arena needs no
  /// care; memory of an arena that is closed by hand must stay open that long, or be handed over
  /// with [#wrap(Arena, MemorySegment, DType, long...)].
  ///
  /// @param data native memory holding exactly the elements, aligned to them
  public static Tensor wrap(MemorySegment data, DType dtype, long... sizes) {
    return wrap(data, null, dtype, sizes);
  }

  /// The same, and takes over the arena, which must be a shared one: it is closed some time after
  /// the last view has died.
  public static Tensor wrap(Arena owned, MemorySegment data, DType dtype, long... sizes) {
    if (!data.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw new IllegalArgumentException(
          "an arena that LibTorch is to close must be shared (Arena.ofShared); this one is confined"
              + " to a thread");
    }
    return wrap(data, owned, dtype, sizes);
  }

  private static Tensor wrap(
      MemorySegment data, @Nullable Arena owned, DType dtype, long... sizes) {
    requireFit(data, dtype, sizes);
    if (!data.isNative()) {
      throw new IllegalArgumentException(
          "only native memory can be shared with LibTorch; this segment is on the heap, use"
              + " copyOf");
    }
    if (data.address() % dtype.byteSize() != 0) {
      throw new IllegalArgumentException(
          "memory for %s must be aligned to %d bytes, got address %#x"
              .formatted(dtype, dtype.byteSize(), data.address()));
    }
    LibTorch.load();
    long token = LibTorch.retain(data, owned);
    int status = TocoTorch.tt_wrap(data, longs(sizes), sizes.length, dtype.code, token, out());
    if (status != 0) {
      LibTorch.forget(token);
    }
    return result(status);
  }

  private static void requireFit(MemorySegment data, DType dtype, long[] sizes) {
    long expected = Shape.of(sizes).numel() * dtype.byteSize();
    if (data.byteSize() != expected) {
      throw new IllegalArgumentException(
          "a %s tensor of shape %s has %d bytes, got memory of %d"
              .formatted(dtype, Shape.of(sizes), expected, data.byteSize()));
    }
  }

  /// A tensor whose elements are not set.
  public static Tensor empty(DType dtype, Device device, long... sizes) {
    LibTorch.load();
    return result(
        TocoTorch.tt_empty(
            longs(sizes), sizes.length, dtype.code, device.type(), device.index(), 0, out()));
  }

  /// A CPU tensor in pinned memory, from which copies to a GPU run asynchronously; needs CUDA.
  public static Tensor emptyPinned(DType dtype, long... sizes) {
    return result(TocoTorch.tt_empty(longs(sizes), sizes.length, dtype.code, 0, -1, 1, out()));
  }

  /// A tensor whose elements are all `value`.
  public static Tensor full(double value, DType dtype, Device device, long... sizes) {
    return result(
        TocoTorch.tt_full(
            longs(sizes), sizes.length, value, dtype.code, device.type(), device.index(), out()));
  }

  /// float32 zeros on the CPU.
  public static Tensor zeros(long... sizes) {
    return full(0, DType.FLOAT32, Device.CPU, sizes);
  }

  /// float32 ones on the CPU.
  public static Tensor ones(long... sizes) {
    return full(1, DType.FLOAT32, Device.CPU, sizes);
  }

  /// float32 on the CPU, uniform in [0, 1), from LibTorch's generator.
  public static Tensor rand(long... sizes) {
    return result(TocoTorch.tt_rand(longs(sizes), sizes.length, DType.FLOAT32.code, 0, -1, out()));
  }

  /// float32 on the CPU, standard normal, from LibTorch's generator.
  public static Tensor randn(long... sizes) {
    return result(TocoTorch.tt_randn(longs(sizes), sizes.length, DType.FLOAT32.code, 0, -1, out()));
  }

  /// int64 on the CPU, uniform in low..high, high exclusive.
  public static Tensor randint(long low, long high, long... sizes) {
    return result(
        TocoTorch.tt_randint(
            low, high, longs(sizes), sizes.length, DType.INT64.code, 0, -1, out()));
  }

  /// 0…n−1 in random order: int64, `n` of them.
  public static Tensor randperm(long n, Device device) {
    return result(TocoTorch.tt_randperm(n, device.type(), device.index(), out()));
  }

  /// start, start + 1, … up to end, exclusive.
  public static Tensor arange(double start, double end, DType dtype, Device device) {
    return result(
        TocoTorch.tt_arange(start, end, 1, dtype.code, device.type(), device.index(), out()));
  }

  /// Tensors joined along an existing dimension.
  public static Tensor cat(List<Tensor> tensors, long dim) {
    return result(TocoTorch.tt_cat(Frame.handles(tensors), tensors.size(), dim, out()));
  }

  /// Tensors of one shape joined along a new dimension.
  public static Tensor stack(List<Tensor> tensors, long dim) {
    return result(TocoTorch.tt_stack_tensors(Frame.handles(tensors), tensors.size(), dim, out()));
  }
}
