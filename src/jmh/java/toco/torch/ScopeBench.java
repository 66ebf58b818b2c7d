package toco.torch;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// What it costs that tensors belong to scopes.
public class ScopeBench extends Bench {
  private static final int TENSORS = 20;

  private Tensor x;

  @Setup
  public void open() {
    x = Tensor.ones(1);
  }

  @TearDown
  public void close() {
    x.close();
  }

  /// Guards opening and closing alone.
  @Benchmark
  public void emptyScope() {
    try (var _ = TensorScope.open()) {
      // nothing to free
    }
  }

  /// Time a tensor of twenty made in a scope and freed with it: beside [CallBench#addAndFree] it
  /// guards that freeing a list is no dearer than freeing each.
  @Benchmark
  @OperationsPerInvocation(TENSORS)
  public void scopeOfTwentyTensors() {
    try (var _ = TensorScope.open()) {
      for (int i = 0; i < TENSORS; i++) {
        x.add(x);
      }
    }
  }

  /// A scope whose only tensor moves to the scope around it, as every block of the encoder hands
  /// over its result: guards [TensorScope#keep].
  @Benchmark
  public void keepInOuterScope() {
    try (var _ = TensorScope.open()) {
      try (var inner = TensorScope.open()) {
        inner.keep(x.add(x));
      }
    }
  }

  /// The same without keeping, to compare with.
  @Benchmark
  public void freeInInnerScope() {
    try (var _ = TensorScope.open()) {
      try (var _ = TensorScope.open()) {
        x.add(x);
      }
    }
  }
}
