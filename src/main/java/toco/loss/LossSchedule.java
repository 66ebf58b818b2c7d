package toco.loss;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeSet;

/// The terms of a recipe's loss in order, and the weight of each from its first iteration on.
/// Before that a term has weight 0, which means a zero gradient rather than none.
///
/// @param entries in the order of logs and sums
/// @param counts names of further numbers that the recipe logs with its losses, in order, such as
///   `emptySegParts`
public record LossSchedule(List<Entry> entries, List<String> counts) {
  /// The log's name of the weighted sum.
  public static final String TOTAL = "total";

  /// @param weight ≥ 0, from the first iteration on
  /// @param firstIteration from 0
  public record Entry(LossTerm term, double weight, long firstIteration) {
    /// A term with a weight from the first iteration on.
    public Entry(LossTerm term, double weight) {
      this(term, weight, 0);
    }
  }

  /// @throws IllegalArgumentException if two terms or counts share a name
  public LossSchedule {
    entries = List.copyOf(entries);
    counts = List.copyOf(counts);
    var names = new HashSet<String>();
    for (var name : names(entries, counts)) {
      if (!names.add(name)) {
        throw new IllegalArgumentException(
            "two loss terms are named '%s'; each needs its own key".formatted(name));
      }
    }
  }

  /// Terms without further numbers.
  public static LossSchedule of(Entry... entries) {
    return new LossSchedule(List.of(entries), List.of());
  }

  /// This schedule with a further term, after the others.
  public LossSchedule plus(Entry entry) {
    var more = new ArrayList<>(entries);
    more.add(entry);
    return new LossSchedule(more, counts);
  }

  /// The terms, in order.
  public List<LossTerm> terms() {
    return entries.stream().map(Entry::term).toList();
  }

  /// What a log has of a step, in order: the keys of the terms, [#TOTAL] and the counts.
  public List<String> names() {
    return names(entries, counts);
  }

  private static List<String> names(List<Entry> entries, List<String> counts) {
    var names = new ArrayList<String>();
    entries.forEach(entry -> names.add(entry.term.key()));
    names.add(TOTAL);
    names.addAll(counts);
    return names;
  }

  /// The weights at an iteration, from 0.
  public LossWeights at(long iteration) {
    var weights = new LinkedHashMap<LossTerm, Double>();
    for (var entry : entries) {
      weights.put(entry.term, iteration < entry.firstIteration ? 0 : entry.weight);
    }
    return new LossWeights(weights);
  }

  /// The iterations at which some term's weight changes from 0, in ascending order, 0 included.
  public List<Long> changes() {
    var changes = new TreeSet<>(List.of(0L));
    entries.forEach(entry -> changes.add(entry.firstIteration));
    return List.copyOf(changes);
  }
}
