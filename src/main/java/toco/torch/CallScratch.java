package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import toco.torch.ffi.TocoTorch;

/// A thread's off-heap scratch memory for native calls: out-parameters and short argument arrays,
/// reused so that a call allocates nothing.
///
/// Argument arrays are taken from a ring buffer. One call takes a few short arrays, so none is
/// overwritten before the call returns. Longer arrays are allocated separately.
final class CallScratch {
  private static final int RING = 1024;
  private static final ThreadLocal<CallScratch> PER_THREAD =
      ThreadLocal.withInitial(CallScratch::new);

  /// Two out-slots of eight bytes, each for a handle or a number.
  final MemorySegment out;

  /// The second out-slot.
  final MemorySegment second;

  /// The result of `tt_info`: five values and up to 64 sizes.
  final MemorySegment info;

  private final MemorySegment ring;
  private int next;

  private CallScratch() {
    LibTorch.load();
    var arena = Arena.ofAuto();
    out = arena.allocate(16, 8);
    second = out.asSlice(8);
    info = arena.allocate(JAVA_LONG, 5 + 64);
    ring = arena.allocate(JAVA_LONG, RING);
  }

  static CallScratch get() {
    return PER_THREAD.get();
  }

  /// The calling thread's first out-slot.
  static MemorySegment out() {
    return PER_THREAD.get().out;
  }

  /// The tensor that a call left in the first out-slot, or the exception of its error status.
  static Tensor result(int status) {
    check(status);
    return Tensor.adopt(PER_THREAD.get().out.get(ADDRESS, 0));
  }

  /// @throws TorchException if the status is an error
  static void check(int status) {
    if (status != 0) {
      throw TorchException.ofStatus(status, TocoTorch.tt_last_error().getString(0));
    }
  }

  double outDouble() {
    return out.get(JAVA_DOUBLE, 0);
  }

  long outLong() {
    return out.get(JAVA_LONG, 0);
  }

  int outInt() {
    return out.get(JAVA_INT, 0);
  }

  static MemorySegment longs(long... values) {
    var slot = PER_THREAD.get().take(values.length);
    for (int i = 0; i < values.length; i++) {
      slot.setAtIndex(JAVA_LONG, i, values[i]);
    }
    return slot;
  }

  static MemorySegment doubles(float... values) {
    var slot = PER_THREAD.get().take(values.length);
    for (int i = 0; i < values.length; i++) {
      slot.setAtIndex(JAVA_DOUBLE, i, values[i]);
    }
    return slot;
  }

  static MemorySegment handles(List<Tensor> tensors) {
    var slot = PER_THREAD.get().take(tensors.size());
    for (int i = 0; i < tensors.size(); i++) {
      slot.setAtIndex(ADDRESS, i, tensors.get(i).handle());
    }
    return slot;
  }

  /// Room for `count` eight-byte values.
  MemorySegment take(int count) {
    if (count > RING / 4) {
      return Arena.ofAuto().allocate(8L * count, 8);
    }
    if (next + count > RING) {
      next = 0;
    }
    var slot = ring.asSlice(8L * next, 8L * count);
    next += count;
    return slot;
  }
}
