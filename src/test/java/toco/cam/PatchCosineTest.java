package toco.cam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class PatchCosineTest {
  @Test
  void parallelTokensHaveCosineOneAndOppositeOnesMinusOne() {
    try (var _ = TensorScope.open()) {
      var tokens =
          Tensor.of(
              new float[] {1, 0, 2, 0, /* image 2 */ 0, 3, 0, -1, /* image 3 */ 1, 0, 0, 1},
              3,
              2,
              2);
      var cosine = PatchCosine.mean(tokens).toDoubleArray();
      assertEquals(1, cosine[0]);
      assertEquals(-1, cosine[1]);
      assertEquals(0, cosine[2]);
    }
  }

  /// In float32, sums over 5 unit vectors are off by some 1e-7.
  @Test
  void lengthsDoNotMatter() {
    try (var _ = TensorScope.open()) {
      var parallel = Tensor.rand(1, 1, 8).repeat(1, 5, 1).mul(Tensor.rand(1, 5, 1).add(0.5));
      assertEquals(1, PatchCosine.mean(parallel).item(), 1e-6);
    }
  }

  @Test
  void aSingleTokenHasNoPair() {
    try (var _ = TensorScope.open()) {
      var cosine = PatchCosine.mean(Tensor.ones(1, 1, 2)).item();
      assertTrue(Double.isNaN(cosine), "expected NaN, got " + cosine);
    }
  }

  /// One value per block; the last block's is the mean of its own tokens, before the last norm.
  @Test
  void everyBlockHasAValue() {
    try (var model = SmallNetwork.create(3);
        var _ = TensorScope.open()) {
      var image = Tensor.rand(1, 3, 32, 32);
      var blocks = model.patchTokensOfBlocks(image);
      var cosines = PatchCosine.ofBlocks(model, image);
      assertEquals(3, cosines.size());
      assertEquals(PatchCosine.mean(blocks.getLast()).item(), cosines.getLast());
    }
  }
}
