package toco.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Logits of two classes and background, [B, 3, 1, 2].
@TensorTest
class HintLossTest {
  private static final int UNKNOWN = 255;

  private static Tensor hints(int... values) {
    var bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return Tensor.copyOf(MemorySegment.ofArray(bytes), DType.UINT8, values.length / 2, 1, 2);
  }

  /// Pixel 0 of image 0 has logits 0, 1, 2; pixel 1 has 3, 0, 0; image 1 has 0, 0, 0 and 5, 0, 0.
  private static Tensor logits() {
    return Tensor.of(new float[] {0, 3, 1, 0, 2, 0, 0, 5, 0, 0, 0, 0}, 2, 3, 1, 2);
  }

  private static double crossEntropy(int label, double... logits) {
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.log(sum) - logits[label];
  }

  @Test
  void itIsTheMeanOverTheKnownPixels() {
    try (var _ = TensorScope.open()) {
      var known = hints(2, UNKNOWN, 1, 0);
      var loss = HintLoss.of(logits().logSoftmax(1), known, MeanScope.LOCAL).item();
      double expected =
          (crossEntropy(2, 0, 1, 2) + crossEntropy(1, 0, 0, 0) + crossEntropy(0, 5, 0, 0)) / 3;
      assertEquals(expected, loss, 1e-6);
      assertEquals(0.50654, loss, 1e-5); // (0.40761 + 1.09861 + 0.01339) / 3
    }
  }

  @Test
  void withoutHintsItIsZeroWithAZeroGradient() {
    try (var _ = TensorScope.open()) {
      var logits = logits().requiresGrad_(true);
      var none = hints(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);
      var loss = HintLoss.of(logits.logSoftmax(1), none, MeanScope.LOCAL);
      assertEquals(0, loss.item());
      loss.backward();
      var gradient = logits.grad();
      assertNotNull(gradient);
      assertArrayEquals(new float[12], gradient.toFloatArray());
    }
  }

  /// Two processes with 1 and 2 known pixels: the mean of their losses is that of a single process.
  @Test
  void theMeanCanBeThatOfAllProcesses() {
    try (var _ = TensorScope.open()) {
      var all = logits().logSoftmax(1);
      var known = hints(2, UNKNOWN, 1, 0);
      double whole = HintLoss.of(all, known, MeanScope.LOCAL).item();
      var scope = new MeanScope(2, _ -> Tensor.of(new float[] {3}, 1));
      double sum = 0;
      for (int i = 0; i < 2; i++) {
        sum += HintLoss.of(all.slice(0, i, i + 1), known.slice(0, i, i + 1), scope).item();
      }
      assertEquals(whole, sum / 2, 1e-6);
    }
  }
}
