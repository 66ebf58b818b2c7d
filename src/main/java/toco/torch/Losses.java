package toco.torch;

import static toco.torch.CallScratch.out;
import static toco.torch.CallScratch.result;
import static toco.torch.ffi.TocoTorch.tt_cross_entropy;
import static toco.torch.ffi.TocoTorch.tt_mse_loss;

import java.lang.foreign.MemorySegment;

/// Loss functions; all return the mean over all elements, a scalar. Two are methods of [Tensor]:
/// `x.mseLoss(target)` and `logits.crossEntropy(target, ignoreIndex)`. The others are called as
/// `Losses.l1(input, target)`.
public sealed interface Losses permits Tensor {

  /// See [Tensor#handle].
  MemorySegment handle();

  /// The mean squared difference.
  default Tensor mseLoss(Tensor target) {
    return result(tt_mse_loss(handle(), target.handle(), out()));
  }

  /// The mean cross-entropy of logits.
  ///
  /// @param target int64 class indices [B, …], where this tensor's logits are [B, C, …]
  /// @param ignoreIndex elements of this class are left out of the mean
  default Tensor crossEntropy(Tensor target, long ignoreIndex) {
    return result(tt_cross_entropy(handle(), target.handle(), ignoreIndex, mean(), out()));
  }

  /// The mean of |input − target|.
  static Tensor l1(Tensor input, Tensor target) {
    return Ops.call("aten::l1_loss", input, target, mean());
  }

  /// Quadratic where |input − target| < `beta`, linear beyond.
  static Tensor smoothL1(Tensor input, Tensor target, double beta) {
    return Ops.call("aten::smooth_l1_loss", input, target, mean(), beta);
  }

  /// Binary cross-entropy of logits.
  ///
  /// @param target in 0…1, of the logits' shape
  static Tensor binaryCrossEntropyWithLogits(Tensor logits, Tensor target) {
    return Ops.call("aten::binary_cross_entropy_with_logits", logits, target, null, null, mean());
  }

  /// Negative log-likelihood.
  ///
  /// @param logProbabilities [B, C]
  /// @param target int64 class indices \[B]
  static Tensor nll(Tensor logProbabilities, Tensor target) {
    return Ops.call("aten::nll_loss", logProbabilities, target, null, mean(), -100);
  }

  /// Kullback–Leibler divergence: the mean of target · (log target − logProbabilities).
  static Tensor klDivergence(Tensor logProbabilities, Tensor target) {
    return Ops.call("aten::kl_div", logProbabilities, target, mean(), false);
  }

  /// ATen's `Reduction::Mean`.
  private static int mean() {
    return 1;
  }
}
