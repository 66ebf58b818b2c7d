package toco.torch;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;

/// The cost of one call across the bridge, on tensors so small that LibTorch's arithmetic is
/// negligible. A training step makes about 3200 such calls.
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

  /// Guards the path of nearly every operator: check handles, call, check status, adopt the result,
  /// free it.
  @Benchmark
  public void addAndFree() {
    a.add(b).close();
  }

  /// The same operator by name, through the boxed call: guards the overhead of [Ops].
  @Benchmark
  public void boxedAddAndFree() {
    Ops.call("aten::add.Tensor", a, b).close();
  }

  /// Guards [Tensor#info], which layers read in every forward pass.
  @Benchmark
  public Shape shape() {
    return a.shape();
  }

  /// Guards reading a single dimension, which reads the whole shape.
  @Benchmark
  public long size() {
    return a.size(-1);
  }
}
