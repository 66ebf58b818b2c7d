package toco.eval;

import toco.torch.Tensor;

/// How alike an image's patch tokens are (arXiv:2303.01267 §3.1): near 1, they have grown all
/// alike.
public final class PatchCosine {
  private PatchCosine() {}

  /// The mean cosine over all pairs of different tokens.
  ///
  /// @param tokens [B, N, D]; N = 1 has no pair and gives NaN
  /// @return \[B]
  public static Tensor mean(Tensor tokens) {
    return Predictions.meanPairwiseCosine(tokens);
  }
}
