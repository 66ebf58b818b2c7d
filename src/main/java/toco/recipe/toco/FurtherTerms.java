package toco.recipe.toco;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import toco.batch.Batch;
import toco.loss.LossSchedule;
import toco.loss.LossTerm;
import toco.loss.LossWeights;
import toco.model.Encoder.Tokens;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// Terms that another recipe adds to ToCo's.
///
/// @param losses a scalar from a batch and the trained pass of its `view1`, in order
record FurtherTerms(Map<LossSchedule.Entry, BiFunction<Batch, Tokens, Tensor>> losses) {
  static final FurtherTerms NONE = new FurtherTerms(Map.of());

  FurtherTerms plus(LossSchedule.Entry entry, BiFunction<Batch, Tokens, Tensor> loss) {
    var more = new LinkedHashMap<>(losses);
    more.put(entry, loss);
    return new FurtherTerms(more);
  }

  /// ToCo's schedule and these terms.
  LossSchedule schedule(LossSchedule ofToco) {
    var schedule = ofToco;
    for (var entry : losses.keySet()) {
      schedule = schedule.plus(entry);
    }
    return schedule;
  }

  /// Computes those that have a weight or are wanted for a report.
  void addTo(
      Map<LossTerm, Tensor> terms,
      Batch batch,
      Tokens tokens,
      LossWeights weights,
      boolean wantsReport) {
    losses.forEach((entry, loss) -> {
      boolean isTrained = weights.has(entry.term());
      if (isTrained || wantsReport) {
        try (var _ = GradMode.enabled(isTrained)) {
          terms.put(entry.term(), loss.apply(batch, tokens));
        }
      }
    });
  }
}
