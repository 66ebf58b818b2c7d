package toco.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import toco.config.Config;

/// Consecutive iterations with the same loss terms, so with the same work per step.
///
/// @param from first iteration
/// @param until the iteration after the last one
/// @param terms the terms with a weight above 0
public record Phase(long from, long until, List<String> terms) {
  public Phase {
    terms = List.copyOf(terms);
  }

  /// The remaining phases of a training.
  ///
  /// @param done iterations that are already done
  static List<Phase> of(Config config, long done) {
    var loss = config.loss();
    long end = config.train().maxIters();
    var starts = new TreeSet<Long>(List.of(done));
    for (int start :
        new int[] {
          loss.ptcStartIter(), loss.ctcStartIter(), loss.segStartIter(), loss.regStartIter()
        }) {
      starts.add((long) start);
    }
    var phases = new ArrayList<Phase>();
    for (long start : starts.tailSet(done).headSet(end)) {
      var next = starts.higher(start);
      long until = next == null ? end : Math.min(next, end);
      phases.add(new Phase(start, until, terms(loss.weightsAt(start))));
    }
    return phases;
  }

  private static List<String> terms(Map<String, Double> weights) {
    return weights.entrySet().stream()
        .filter(weight -> weight.getValue() > 0)
        .map(Map.Entry::getKey)
        .toList();
  }

  long steps() {
    return until - from;
  }
}
