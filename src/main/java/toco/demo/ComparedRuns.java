package toco.demo;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The finished runs of a comparison: the same seeds of every arm.
///
/// @param byArm in the order of the seeds
record ComparedRuns(ComparisonPlan plan, Map<Arm, List<ComparedRun>> byArm) {
  private static final String NUMBER = "%.3f";
  private static final String DIFFERENCE = "%+.3f";

  /// A table: one row per score, one column per arm; of two arms also their difference.
  String table() {
    var table = new ComparisonTable();
    var titles = new ArrayList<>(List.of(seeds() == 1 ? "1 seed" : seeds() + " seeds"));
    plan.arms().forEach(arm -> titles.add(arm.name()));
    boolean isPair = plan.arms().size() == 2;
    if (isPair) {
      titles.addAll(List.of("difference", "higher in"));
    }
    table.row(titles);
    for (var score : ComparedScore.values()) {
      var row = row(score.title(), score::of, NUMBER);
      if (isPair) {
        var difference = difference(score, plan.arms().getFirst(), plan.arms().getLast());
        row.add(difference.text(DIFFERENCE));
        row.add("%s of %s".formatted(difference.positive(), seeds()));
      }
      table.row(row);
    }
    table.row(row("steps", run -> run.metrics().steps(), "%.0f"));
    table.row(row("seconds of training", ComparedRun::trainSeconds, "%.0f"));
    return table.toString();
  }

  private List<String> row(String title, ToDoubleFunction<ComparedRun> value, String format) {
    var row = new ArrayList<>(List.of(title));
    plan.arms().forEach(arm -> row.add(spread(value, arm).text(format)));
    return row;
  }

  /// For each score of the plan: the arm with the largest mean against each other.
  List<String> conclusions() {
    var conclusions = new ArrayList<String>();
    for (var score : plan.judgedBy()) {
      var best = best(score);
      if (plan.arms().size() > 2) {
        conclusions.add(
            "best %s here: %s, %s"
                .formatted(score.title(), best.name(), spread(score::of, best).text(NUMBER)));
      }
      for (var arm : plan.arms()) {
        if (!arm.equals(best)) {
          conclusions.add(
              Conclusion.of(score.title(), best.name(), arm.name(), difference(score, best, arm)));
        }
      }
    }
    conclusions.addAll(plan.remark());
    return conclusions;
  }

  private Arm best(ComparedScore score) {
    return plan.arms().stream()
        .max(Comparator.comparingDouble(arm -> spread(score::of, arm).mean()))
        .orElseThrow();
  }

  /// See [ComparisonResult#json].
  Map<String, @Nullable Object> toJson() {
    var json = new LinkedHashMap<String, @Nullable Object>();
    plan.arms().forEach(arm -> json.put(arm.key(), toJson(arm)));
    var first = plan.arms().getFirst();
    var differences = new LinkedHashMap<String, Object>();
    for (var arm : plan.arms().subList(1, plan.arms().size())) {
      differences.put(arm.key(), differences(first, arm));
    }
    json.put("differences", differences);
    json.put("conclusions", conclusions());
    return json;
  }

  private Map<String, @Nullable Object> toJson(Arm arm) {
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("runs", runs(arm).stream().map(ComparedRun::toJson).toList());
    for (var score : ComparedScore.values()) {
      json.put(score.key(), spread(score::of, arm).toJson());
    }
    json.put("trainSeconds", spread(ComparedRun::trainSeconds, arm).toJson());
    return json;
  }

  /// Of the first arm minus another, by score.
  private Map<String, Object> differences(Arm first, Arm other) {
    var json = new LinkedHashMap<String, Object>();
    for (var score : ComparedScore.values()) {
      json.put(score.key(), difference(score, first, other).toJson());
    }
    return json;
  }

  private Spread difference(ComparedScore score, Arm a, Arm b) {
    return spread(score::of, a).minus(spread(score::of, b));
  }

  private Spread spread(ToDoubleFunction<ComparedRun> value, Arm arm) {
    return new Spread(runs(arm).stream().mapToDouble(value).boxed().toList());
  }

  private List<ComparedRun> runs(Arm arm) {
    return requireNonNull(byArm.get(arm));
  }

  private int seeds() {
    return runs(plan.arms().getFirst()).size();
  }
}
