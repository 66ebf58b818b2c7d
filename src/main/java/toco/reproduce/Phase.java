package toco.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import toco.config.Config;

/// Consecutive iterations with the same loss terms, and so the same work a step.
///
/// @param from first iteration
/// @param until the one after the last
/// @param terms those that have a weight
public record Phase(long from, long until, List<String> terms) {
  public Phase {
    terms = List.copyOf(terms);
  }

  /// The phases of what is left of a training.
  ///
  /// @param done iterations that are done
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
