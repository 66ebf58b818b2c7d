package toco.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

/// A loss over the means of two processes is, averaged over them, that of one with all the samples,
/// and so are its gradients.
@TensorTest
class MeanScopeTest {
  private static final double TOLERANCE = 1e-6; // float32 sums in two parts

  @BeforeEach
  void seed() {
    Rng.manualSeed(3);
  }

  /// A loss of one sample, and its counts of what the means are taken over.
  private interface PartLoss {
    Tensor of(Tensor input, int sample, MeanScope scope);
  }

  /// Computes the loss of each sample alone, with the counts of both, and averages.
  private static void assertAverages(
      Tensor whole, Function<Tensor, Tensor> atOnce, PartLoss parts) {
    var input = whole.requiresGrad_(true);
    var expected = atOnce.apply(input);
    expected.backward();
    var expectedGradient = input.grad().toFloatArray();

    var counted = new Tensor[2];
    for (int sample = 0; sample < 2; sample++) { // what each process would send
      int at = sample;
      parts.of(
          whole.detach().slice(0, sample, sample + 1),
          sample,
          new MeanScope(
              2,
              counts -> {
                counted[at] = counts;
                return counts;
              }));
    }
    var total = counted[0].add(counted[1]);
    double mean = 0;
    double apart = 0;
    for (int sample = 0; sample < 2; sample++) {
      var own = whole.detach().slice(0, sample, sample + 1).contiguous().requiresGrad_(true);
      var loss = parts.of(own, sample, new MeanScope(2, _ -> total));
      loss.backward();
      mean += loss.item() / 2;
      apart += Math.abs(loss.item() - expected.item());
      var gradient = own.grad().toFloatArray();
      for (int i = 0; i < gradient.length; i++) {
        assertEquals(expectedGradient[sample * gradient.length + i], gradient[i] / 2, TOLERANCE);
      }
    }
    assertEquals(expected.item(), mean, TOLERANCE);
    assertTrue(apart > 100 * TOLERANCE, "the samples are alike, and show nothing");
  }

  @Test
  void patchTokenContrastAverages() {
    var affinity = new long[2 * 16 * 16]; // of the first sample most are alike, of the second few
    for (int i = 0; i < affinity.length; i++) {
      affinity[i] = i < 256 ? (i % 5 == 0 ? 0 : 1) : i % 7 == 0 ? 1 : i % 3 == 0 ? 255 : 0;
    }
    var pairs = Tensor.of(affinity, 2, 16, 16);
    assertAverages(
        Tensor.randn(2, 6, 4, 4),
        features -> PtcLoss.of(features, pairs),
        (features, sample, over) -> PtcLoss.of(features, pairs.slice(0, sample, sample + 1), over));
  }

  @Test
  void segmentationAverages() {
    var labels = new long[2 * 8 * 8]; // the first sample is mostly background, the second has none
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i < 64 ? (i % 9 == 0 ? 2 : 0) : i % 4 == 0 ? 255 : 1;
    }
    var maps = Tensor.of(labels, 2, 8, 8);
    assertAverages(
        Tensor.randn(2, 3, 8, 8),
        logits -> SegLoss.of(logits, maps).value(),
        (logits, sample, over) ->
            SegLoss.of(logits, maps.slice(0, sample, sample + 1), over).value());
    // what is empty in one process and not in the other is not empty
    var second = maps.slice(0, 1, 2);
    var both = Tensor.of(new float[] {57, 55}, 2);
    assertEquals(1, SegLoss.of(Tensor.randn(1, 3, 8, 8), second).emptyParts().item());
    assertEquals(
        0,
        SegLoss.of(Tensor.randn(1, 3, 8, 8), second, new MeanScope(2, _ -> both))
            .emptyParts()
            .item());
  }
}
