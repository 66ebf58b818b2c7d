package toco.cam;

import java.util.Arrays;
import java.util.List;
import toco.model.Network;
import toco.torch.Tensor;

/// How similar an image's patch tokens are to each other (arXiv:2303.01267 §3.1). Near 1 the
/// network over-smooths: its patch tokens have become uniform.
public final class PatchCosine {
  private static final double EPS = 1e-8;

  private PatchCosine() {}

  /// The mean cosine over all pairs of different tokens. The cosines of all pairs add up to the
  /// squared length of the sum of the unit vectors, so the N×N matrix is never computed.
  ///
  /// @param tokens [B, N, D]; N = 1 has no pair and gives NaN
  /// @return \[B]
  public static Tensor mean(Tensor tokens) {
    long count = tokens.size(1);
    var unit = tokens.normalize(-1, EPS);
    var pairs = unit.sum(1).square().sum(-1); // [B]
    var diagonal = unit.square().sum(-1).sum(-1); // N, except for tokens of length 0
    return pairs.sub(diagonal).div((double) count * (count - 1));
  }

  /// The mean cosine after each block of the encoder, first block first. Runs the encoder once.
  ///
  /// @param image [1, 3, H, W] normalised
  public static List<Double> ofBlocks(Network model, Tensor image) {
    var input = NetworkInput.fitted(model, image);
    var means = model.patchTokensOfBlocks(input).stream().map(PatchCosine::mean).toList();
    return Arrays.stream(Tensor.cat(means, 0).toDoubleArray()).boxed().toList();
  }
}
