package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// The cost of memory shared between Java and LibTorch: pixels are passed in through a wrapped
/// segment, and label maps are read through a tensor's segment.
public class WrapBench extends Bench {
  private static final int ELEMENTS = 64;

  private final MemorySegment memory = Arena.ofAuto().allocate(JAVA_FLOAT, ELEMENTS);
  private Tensor wrapped;

  @Setup
  public void open() {
    wrapped = Tensor.ones(ELEMENTS);
  }

  @TearDown
  public void close() {
    wrapped.close();
  }

  /// Guards [Tensor#wrap], including the table that keeps the memory reachable.
  @Benchmark
  public void wrapAndFree() {
    Tensor.wrap(memory, DType.FLOAT32, ELEMENTS).close();
  }

  /// Guards [Tensor#segment] on a tensor that has been read before, with one element read.
  @Benchmark
  public float readInPlace() {
    return wrapped.segment().getAtIndex(JAVA_FLOAT, ELEMENTS - 1);
  }

  /// Guards the first call of [Tensor#segment]: it opens a shared arena, and closing such an arena
  /// stops all threads for a moment.
  @Benchmark
  public float wrapReadAndFree() {
    try (var tensor = Tensor.wrap(memory, DType.FLOAT32, ELEMENTS)) {
      return tensor.segment().getAtIndex(JAVA_FLOAT, ELEMENTS - 1);
    }
  }
}
