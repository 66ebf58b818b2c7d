package toco.loss;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import toco.config.LossConfig;

/// The weights of the loss terms at one iteration. The two classification losses always have weight
/// 1; every other term has weight 0 before its first iteration, which means a zero gradient rather
/// than none.
///
/// @param byTerm every term, in order; unmodifiable
public record LossWeights(Map<LossTerm, Double> byTerm) {

  public LossWeights {
    byTerm = Collections.unmodifiableMap(new EnumMap<>(byTerm));
  }

  /// The weights that a configuration gives the terms.
  ///
  /// @param iteration from 0
  public static LossWeights at(LossConfig loss, long iteration) {
    var weights = new EnumMap<LossTerm, Double>(LossTerm.class);
    for (var term : LossTerm.values()) {
      weights.put(term, iteration < firstIteration(loss, term) ? 0 : fullWeight(loss, term));
    }
    return new LossWeights(weights);
  }

  /// The iterations at which some term's weight changes from 0, in ascending order, 0 included.
  public static List<Long> changes(LossConfig loss) {
    var changes = new TreeSet<Long>();
    for (var term : LossTerm.values()) {
      changes.add((long) firstIteration(loss, term));
    }
    return List.copyOf(changes);
  }

  private static int firstIteration(LossConfig loss, LossTerm term) {
    return switch (term) {
      case CLS, CLS_AUX -> 0;
      case PTC -> loss.ptcStartIter();
      case CTC -> loss.ctcStartIter();
      case SEG -> loss.segStartIter();
      case REG -> loss.regStartIter();
    };
  }

  private static double fullWeight(LossConfig loss, LossTerm term) {
    return switch (term) {
      case CLS, CLS_AUX -> 1;
      case PTC -> loss.ptcWeight();
      case CTC -> loss.ctcWeight();
      case SEG -> loss.segWeight();
      case REG -> loss.regWeight();
    };
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
