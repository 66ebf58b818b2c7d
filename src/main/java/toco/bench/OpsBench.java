package toco.bench;

import java.util.Arrays;
import toco.torch.Functional;
import toco.torch.GradMode;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Measures what a call across the bridge costs, alone and compared with real work.
///
/// Each result is the median of several rounds after a warm-up, so that neither JIT compilation nor
/// a busy moment of the machine counts. `native/test/linear_bench.cpp` measures the same linear
/// layer from C++.
public final class OpsBench {
  private static final int ROWS = 1568; // 8 images of 14 × 14 patch tokens
  private static final int IN = 768;
  private static final int OUT = 3072;
  private static final int LINEAR_WARM_UP = 5;
  private static final int LINEAR_ROUNDS = 40;

  private static final int CALLS = 20_000;
  private static final int CALL_WARM_UP = 10;
  private static final int CALL_ROUNDS = 15;

  private OpsBench() {}

  /// The results and what they were measured on.
  ///
  /// @param addNs nanoseconds for a one-element `add`, including freeing its result
  /// @param downcallNs nanoseconds for a call that only reads a counter
  /// @param linearMs milliseconds for a float32 linear layer, 1568 × 768 → 3072, including freeing
  ///   its result
  /// @param linearGflops the same as 10⁹ floating-point operations per second
  /// @param threads intra-op threads of LibTorch
  /// @param libtorch LibTorch's version
  /// @param cpuCapability the vector instructions of LibTorch's kernels
  public record Result(
      double addNs,
      double downcallNs,
      double linearMs,
      double linearGflops,
      int threads,
      String libtorch,
      String cpuCapability) {}

  /// Runs for two to ten seconds, depending on the machine.
  public static Result run() {
    LibTorch.load();
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      double addNs = nsPerCall(Tensor.ones(1), Tensor.ones(1));
      double downcallNs = nsPerDowncall();
      double linearMs = linearMs();
      return new Result(
          addNs,
          downcallNs,
          linearMs,
          gflops(linearMs),
          LibTorch.numThreads(),
          LibTorch.version(),
          LibTorch.cpuCapability());
    }
  }

  private static double nsPerCall(Tensor a, Tensor b) {
    var rounds = new double[CALL_ROUNDS];
    for (int round = -CALL_WARM_UP; round < CALL_ROUNDS; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        a.add(b).close();
      }
      record(rounds, round, (System.nanoTime() - start) / (double) CALLS);
    }
    return median(rounds);
  }

  /// Nanoseconds for a call that only reads a counter, in a tight loop.
  static double nsPerDowncall() {
    var rounds = new double[CALL_ROUNDS];
    long seen = 0;
    try (var _ = Tensor.ones(1)) { // something to count, so that the loop is not optimised away
      for (int round = -CALL_WARM_UP; round < CALL_ROUNDS; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
          seen += LibTorch.liveTensors();
        }
        record(rounds, round, (System.nanoTime() - start) / (double) CALLS);
      }
    }
    if (seen == 0) {
      throw new IllegalStateException("the live-tensor count must be above 0 here, got 0");
    }
    return median(rounds);
  }

  /// GFLOP/s that a float32 linear layer reaches.
  static double linearGflops() {
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      return gflops(linearMs());
    }
  }

  private static double gflops(double linearMs) {
    return 2e-6 * ROWS * IN * OUT / linearMs;
  }

  private static double linearMs() {
    Rng.manualSeed(0);
    var input = Tensor.randn(ROWS, IN);
    var weight = Tensor.randn(OUT, IN);
    var bias = Tensor.randn(OUT);
    var rounds = new double[LINEAR_ROUNDS];
    for (int round = -LINEAR_WARM_UP; round < LINEAR_ROUNDS; round++) {
      long start = System.nanoTime();
      Functional.linear(input, weight, bias).close(); // [1568, 3072]
      record(rounds, round, (System.nanoTime() - start) * 1e-6);
    }
    return median(rounds);
  }

  private static void record(double[] rounds, int round, double value) {
    if (round >= 0) { // negative rounds are the warm-up
      rounds[round] = value;
    }
  }

  private static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
