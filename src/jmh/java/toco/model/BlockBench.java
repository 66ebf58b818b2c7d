package toco.model;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import toco.Bench;
import toco.config.EncoderShape;
import toco.config.VitVariant;
import toco.nn.Parameters;
import toco.torch.GradMode;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A transformer block on five tokens of width 8: the arithmetic is negligible, and the cost is
/// that of the calls. Runs on one thread, because waking another would cost more.
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BlockBench extends Bench {
  private static final double INIT_STD = 0.02;

  private Parameters params;
  private Block block;
  private Tensor tokens; // [1, 5, 8]

  @Setup
  public void open() {
    LibTorch.serialThread();
    var shape = new EncoderShape(32, 16, 8, 1, 2, 4, true, 1e-6, 0.5, false, VitVariant.PLAIN);
    params = new Parameters();
    try (var _ = TensorScope.open()) {
      block = new Block(params, shape, INIT_STD);
      tokens = TensorScope.release(Tensor.randn(1, shape.gridSize() * shape.gridSize() + 1, 8));
    }
  }

  @TearDown
  public void close() {
    tokens.close();
    params.close();
  }

  /// Guards the number of calls that a block makes, and their cost, in evaluation.
  @Benchmark
  public void forwardWithoutGraph() {
    try (var _ = GradMode.noGrad()) {
      block.forward(tokens, null).close();
    }
  }

  /// Guards the same in training, with autograd recording.
  @Benchmark
  public void forward() {
    block.forward(tokens, null).close();
  }
}
