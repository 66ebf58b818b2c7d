package toco.loss;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The weights of the loss terms at one iteration.
///
/// @param byTerm every term, in order; unmodifiable
public record LossWeights(Map<LossTerm, Double> byTerm) {

  public LossWeights {
    byTerm = Collections.unmodifiableMap(new LinkedHashMap<>(byTerm));
  }

  /// The weight of a term, ≥ 0.
  public double of(LossTerm term) {
    return byTerm.getOrDefault(term, 0.0);
  }

  /// Whether a term contributes to the total.
  public boolean has(LossTerm term) {
    return of(term) > 0;
  }

  /// The terms that contribute to the total, in order.
  public List<LossTerm> terms() {
    return byTerm.keySet().stream().filter(this::has).toList();
  }

  /// All weights by [LossTerm#key], as `metrics.jsonl` has them.
  public Map<String, Double> byKey() {
    var weights = new LinkedHashMap<String, Double>();
    byTerm.forEach((term, weight) -> weights.put(term.key(), weight));
    return weights;
  }
}
