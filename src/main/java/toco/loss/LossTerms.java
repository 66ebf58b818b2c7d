package toco.loss;

import org.jspecify.annotations.Nullable;
import toco.config.LossConfig;
import toco.torch.Tensor;

/// The loss terms of one step, unweighted, each a scalar tensor. A term of weight 0 is null unless
/// somebody wants to know it.
///
/// @param emptySegParts int64 scalar: how many of the two parts of `seg` had no pixel
public record LossTerms(
    Tensor cls,
    Tensor clsAux,
    @Nullable Tensor ptc,
    @Nullable Tensor ctc,
    @Nullable Tensor seg,
    @Nullable Tensor reg,
    @Nullable Tensor emptySegParts) {

  /// The weighted sum of the terms at an iteration; terms of weight 0 are left out of the graph.
  public Tensor total(LossConfig config, long iter) {
    var sum = cls.add(clsAux);
    sum = plus(sum, ptc, config.ptcWeightAt(iter));
    sum = plus(sum, ctc, config.ctcWeightAt(iter));
    sum = plus(sum, seg, config.segWeightAt(iter));
    return plus(sum, reg, config.regWeightAt(iter));
  }

  private static Tensor plus(Tensor sum, @Nullable Tensor term, double weight) {
    if (weight == 0) {
      return sum;
    }
    if (term == null) {
      throw new IllegalArgumentException(
          "a loss term of weight %s was not computed".formatted(weight));
    }
    return sum.add(term.mul(weight));
  }
}
