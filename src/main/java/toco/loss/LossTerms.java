package toco.loss;

import toco.config.LossConfig;
import toco.torch.Tensor;

/// The six loss terms of one step, unweighted, each a scalar tensor.
public record LossTerms(Tensor cls, Tensor clsAux, Tensor ptc, Tensor ctc, Tensor seg, Tensor reg) {

  /// The weighted sum of the terms at an iteration; terms of weight 0 are left out of the graph.
  public Tensor total(LossConfig config, long iter) {
    var sum = cls.add(clsAux);
    sum = plus(sum, ptc, config.ptcWeightAt(iter));
    sum = plus(sum, ctc, config.ctcWeightAt(iter));
    sum = plus(sum, seg, config.segWeightAt(iter));
    return plus(sum, reg, config.regWeightAt(iter));
  }

  private static Tensor plus(Tensor sum, Tensor term, double weight) {
    return weight == 0 ? sum : sum.add(term.mul(weight));
  }
}
