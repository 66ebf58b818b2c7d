package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.cam.MultiScaleCam;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class TallyTest {
  private static final double EXACT = 1e-15;

  @Test
  void f1IsAveragedOverImagesNotOverClasses() {
    try (var _ = TensorScope.open()) {
      var tally = new Tally(4);
      add(tally, new float[] {1, 1, 0}, new float[] {0.1f, -3, -1}); // precision 1, recall ½
      add(tally, new float[] {0, 1, 0}, new float[] {2, 2, 2}); // precision ⅓, recall 1
      assertEquals((2 / 3.0 + 1 / 2.0) / 2, tally.scores().classF1(), EXACT);
      assertEquals(2, tally.scores().images());
    }
  }

  @Test
  void aLogitOfZeroPredictsNoClass() {
    assertEquals(0, f1(new float[] {1, 0}, new float[] {0, -1}));
    assertEquals(1, f1(new float[] {1, 0}, new float[] {1e-6f, -1}));
  }

  @Test
  void f1IsZeroWhereNoClassIsPresentOrPredicted() {
    assertEquals(0, f1(new float[] {0, 0}, new float[] {-1, -1}));
  }

  @Test
  void alikeTokensHaveCosineOneAndOppositeMinusOne() {
    try (var _ = TensorScope.open()) {
      var tokens =
          Tensor.of(
              new float[] {1, 0, 2, 0, /* image 2 */ 0, 3, 0, -1, /* image 3 */ 1, 0, 0, 1},
              3,
              2,
              2);
      var cosine = Predictions.meanPairwiseCosine(tokens).toDoubleArray();
      assertEquals(1, cosine[0]);
      assertEquals(-1, cosine[1]);
      assertEquals(0, cosine[2]);
      var single = Predictions.meanPairwiseCosine(Tensor.ones(1, 1, 2)).item();
      assertTrue(Double.isNaN(single), "one token has no pair, got " + single);
    }
  }

  private static double f1(float[] labels, float[] logits) {
    try (var _ = TensorScope.open()) {
      var tally = new Tally(labels.length + 1);
      add(tally, labels, logits);
      return tally.scores().classF1();
    }
  }

  private static void add(Tally tally, float[] labels, float[] logits) {
    var unused = Tensor.zeros(1);
    var cams = new MultiScaleCam.Cams(unused, unused);
    tally.addImages(
        Tensor.of(labels, 1, labels.length),
        new Predictions(
            Tensor.of(logits, 1, logits.length), unused, cams, Tensor.of(new float[] {0})));
  }
}
