package toco.torch;

/// Losses as means over all elements; the methods of [Tensor] have mean squared error and cross
/// entropy.
public final class Losses {
  private static final long MEAN = 1;

  private Losses() {}

  /// The mean of |input − target|.
  public static Tensor l1(Tensor input, Tensor target) {
    return Ops.call("aten::l1_loss", input, target, MEAN);
  }

  /// Quadratic within `beta`, linear beyond.
  public static Tensor smoothL1(Tensor input, Tensor target, double beta) {
    return Ops.call("aten::smooth_l1_loss", input, target, MEAN, beta);
  }

  /// Binary cross entropy of logits.
  ///
  /// @param target 0…1, of the logits' shape
  public static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor target) {
    return Ops.call("aten::binary_cross_entropy_with_logits", logits, target, null, null, MEAN);
  }

  /// Negative log-likelihood.
  ///
  /// @param logProbabilities [B, C]
  /// @param target int64 \[B]
  public static Tensor nll(Tensor logProbabilities, Tensor target) {
    return Ops.call("aten::nll_loss", logProbabilities, target, null, MEAN, -100);
  }

  /// Kullback–Leibler divergence: the mean of target · (log target − logProbabilities).
  public static Tensor klDivergence(Tensor logProbabilities, Tensor target) {
    return Ops.call("aten::kl_div", logProbabilities, target, MEAN, false);
  }
}
