package toco.torch;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// The cost of scopes.
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

  /// Time per tensor for twenty tensors created in a scope and freed with it. Compared with
  /// [CallBench#addAndFree] it guards that freeing a list is not slower than freeing each.
  @Benchmark
  @OperationsPerInvocation(TENSORS)
  public void scopeOfTwentyTensors() {
    try (var _ = TensorScope.open()) {
      for (int i = 0; i < TENSORS; i++) {
        x.add(x);
      }
    }
  }

  /// A scope whose only tensor moves to the enclosing scope, as the result of every encoder block
  /// does: guards [TensorScope#keep].
  @Benchmark
  public void keepInOuterScope() {
    try (var _ = TensorScope.open()) {
      try (var inner = TensorScope.open()) {
        inner.keep(x.add(x));
      }
    }
  }

  /// The same without keeping, for comparison.
  @Benchmark
  public void freeInInnerScope() {
    try (var _ = TensorScope.open()) {
      try (var _ = TensorScope.open()) {
        x.add(x);
      }
    }
  }
}
