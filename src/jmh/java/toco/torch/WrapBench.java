package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// What memory shared between Java and LibTorch costs: pixels go in through a wrapped segment, and
/// label maps come out through a tensor's own.
public class WrapBench extends Bench {
  private static final int ELEMENTS = 64;

  private final MemorySegment memory = Arena.ofAuto().allocate(JAVA_FLOAT, ELEMENTS);
  private Tensor standing;

  @Setup
  public void open() {
    standing = Tensor.ones(ELEMENTS);
  }

  @TearDown
  public void close() {
    standing.close();
  }

  /// Guards [Tensor#wrap] with the book that keeps its memory alive.
  @Benchmark
  public void wrapAndFree() {
    Tensor.wrap(memory, DType.FLOAT32, ELEMENTS).close();
  }

  /// Guards [Tensor#segment] on a tensor that has been read before, with one element read.
  @Benchmark
  public float readInPlace() {
    return standing.segment().getAtIndex(JAVA_FLOAT, ELEMENTS - 1);
  }

  /// Guards the first reading of a tensor in place: its window is an arena of its own, which any
  /// thread may use, and closing such an arena makes all threads halt for a moment.
  @Benchmark
  public float wrapReadAndFree() {
    try (var tensor = Tensor.wrap(memory, DType.FLOAT32, ELEMENTS)) {
      return tensor.segment().getAtIndex(JAVA_FLOAT, ELEMENTS - 1);
    }
  }
}
