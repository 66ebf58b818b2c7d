package toco.recipe.more;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.loss.MeanScope;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// Values are golden cases.
@TensorTest(scope = false)
class UreLossTest {
  /// The tokens of two processes count alike, though one has more of them.
  @Test
  void uncertainTokensAverageOverProcesses() {
    try (var _ = TensorScope.open()) {
      Rng.manualSeed(3);
      var mask = new long[2 * 100];
      for (int i = 0; i < 100; i++) {
        mask[i] = i % 3 == 0 ? 255 : 1; // more windows than 8, in the other image none
      }
      var masks = Tensor.of(mask, 2, 10, 10);
      var labels = Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, 2, 3);
      var classTokens = Tensor.randn(2, 3, 6);
      var patches = Tensor.randn(2, 6, 10, 10);
      var draw = new RandomDraw(1, 1, 0);
      var tokens = UncertainTokens.find(masks, draw);
      var counts = tokens.isToken().sum(1).toLongArray();
      assertNotEquals(counts[0], counts[1]);
      float count = counts[0] + counts[1];
      double whole = UreLoss.of(classTokens, patches, tokens, labels).item();
      double mean = 0;
      double apart = 0;
      for (int i = 0; i < 2; i++) {
        var own = UncertainTokens.find(masks.slice(0, i, i + 1), new RandomDraw(1, 1, i));
        var scope = new MeanScope(2, _ -> Tensor.of(new float[] {count}, 1));
        double part =
            UreLoss.of(
                    classTokens.slice(0, i, i + 1),
                    patches.slice(0, i, i + 1),
                    own,
                    labels.slice(0, i, i + 1),
                    scope)
                .item();
        mean += part / 2;
        apart += Math.abs(part - whole);
      }
      assertEquals(whole, mean, 1e-6);
      assertTrue(apart > 0.1, "the samples are alike, and show nothing");
    }
  }
}
