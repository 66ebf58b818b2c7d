package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.LibTorch;
import toco.torch.TensorTest;

/// The benchmark's results are consistent, and it cleans up. Speed depends on the machine: bounds
/// are wide.
@TensorTest(scope = false)
class OpsBenchTest {
  @Test
  void resultsAreConsistentAndNoTensorIsLeft() {
    var result = OpsBench.run();
    assertTrue(result.downcallNs() > 0 && result.downcallNs() < result.addNs(), result::toString);
    double flop = 2.0 * 1568 * 768 * 3072;
    assertEquals(flop, result.linearGflops() * 1e9 * result.linearMs() * 1e-3, 1e-9 * flop);
    assertEquals(LibTorch.version(), result.libtorch());
  }
}
