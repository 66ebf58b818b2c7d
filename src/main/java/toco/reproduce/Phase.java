package toco.reproduce;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import toco.config.Config;
import toco.loss.LossTerm;
import toco.recipes.Recipes;

/// Consecutive iterations with the same loss terms, so with the same work per step.
///
/// @param from first iteration
/// @param until the one after the last
/// @param terms keys of those that have a weight
public record Phase(long from, long until, List<String> terms) {
  public Phase {
    terms = List.copyOf(terms);
  }

  /// The remaining phases of a training.
  ///
  /// @param done iterations that are already done
  static List<Phase> of(Config config, long done) {
    var losses = Recipes.of(config).losses();
    long end = config.train().maxIters();
    var starts = new TreeSet<>(losses.changes());
    starts.add(done);
    var phases = new ArrayList<Phase>();
    for (long start : starts.tailSet(done).headSet(end)) {
      var next = starts.higher(start);
      long until = next == null ? end : Math.min(next, end);
      var terms = losses.at(start).terms().stream().map(LossTerm::key).toList();
      phases.add(new Phase(start, until, terms));
    }
    return phases;
  }

  long steps() {
    return until - from;
  }
}
