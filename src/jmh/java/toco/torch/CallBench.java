package toco.torch;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// What one call across the bridge costs, on tensors so small that LibTorch's arithmetic is
/// nothing. A training step makes some 3200 such calls.
public class CallBench extends Bench {
  private Tensor a;
  private Tensor b;

  @Setup
  public void open() {
    a = Tensor.ones(1);
    b = Tensor.ones(1);
  }

  @TearDown
  public void close() {
    a.close();
    b.close();
  }

  /// The floor: a native call that reads a counter. Guards the generated bindings and
  /// [LibTorch#load].
  @Benchmark
  public long readACounter() {
    return LibTorch.liveTensors();
  }

  /// Guards the way of nearly every operator: handles checked, call, status checked, result
  /// adopted, result freed.
  @Benchmark
  public void addAndFree() {
    a.add(b).close();
  }

  /// The same operator by name, through the boxed call: guards what [Ops] adds to it.
  @Benchmark
  public void boxedAddAndFree() {
    Ops.call("aten::add.Tensor", a, b).close();
  }

  /// Guards [Tensor#info], which layers ask in every forward pass.
  @Benchmark
  public Shape shape() {
    return a.shape();
  }

  /// Guards the way to a single dimension, which goes through the whole shape.
  @Benchmark
  public long size() {
    return a.size(-1);
  }
}
