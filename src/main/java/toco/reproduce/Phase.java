package toco.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import toco.config.Config;
import toco.loss.LossTerm;
import toco.loss.LossWeights;

/// Consecutive iterations with the same loss terms, and so the same work a step.
///
/// @param from first iteration
/// @param until the one after the last
/// @param terms those that have a weight
public record Phase(long from, long until, List<LossTerm> terms) {
  public Phase {
    terms = List.copyOf(terms);
  }

  /// The phases of what is left of a training.
  ///
  /// @param done iterations that are done
  static List<Phase> of(Config config, long done) {
    var loss = config.loss();
    long end = config.train().maxIters();
    var starts = new TreeSet<>(LossWeights.changes(loss));
    starts.add(done);
    var phases = new ArrayList<Phase>();
    for (long start : starts.tailSet(done).headSet(end)) {
      var next = starts.higher(start);
      long until = next == null ? end : Math.min(next, end);
      phases.add(new Phase(start, until, LossWeights.at(loss, start).terms()));
    }
    return phases;
  }

  long steps() {
    return until - from;
  }
}
