package toco.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a run has logged so far, ordered by step, each step once.
///
/// @param steps lines of losses
/// @param evaluations lines of scores of the network that the recipe evaluates
/// @param otherEvaluations those of the other networks, by their names
/// @param sessions what the run ran on, one for each start or resumption
/// @param damagedLines how many lines could not be read; the last line of a run that is still
///   training may be half written and does not count
public record RunHistory(
    List<LoggedStep> steps,
    List<LoggedEvaluation> evaluations,
    Map<String, List<LoggedEvaluation>> otherEvaluations,
    List<RunSession> sessions,
    int damagedLines) {

  /// Reads `metrics.jsonl` and `sessions.jsonl` of a run's folder; either may be missing.
  ///
  /// @throws UncheckedIOException if they cannot be read
  public static RunHistory read(Path run) {
    try {
      return of(
          JsonLines.read(run.resolve(RunFolder.METRICS)),
          JsonLines.read(run.resolve(RunFolder.SESSIONS)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RunHistory of(JsonLines metrics, JsonLines sessions) {
    var steps = new TreeMap<Long, LoggedStep>();
    var evaluations = new TreeMap<Long, LoggedEvaluation>();
    var others = new TreeMap<String, TreeMap<Long, LoggedEvaluation>>();
    int damaged = metrics.damaged() + sessions.damaged();
    for (var line : metrics.intact()) {
      if (line.step().isEmpty()) {
        damaged++;
      } else if (LoggedStep.matches(line.object())) {
        var step = LoggedStep.of(line.object());
        steps.put(step.step(), step);
      } else if (LoggedEvaluation.matches(line.object())) {
        var evaluation = LoggedEvaluation.of(line.object());
        var network = evaluation.network();
        var its =
            network == null ? evaluations : others.computeIfAbsent(network, _ -> new TreeMap<>());
        its.put(evaluation.step(), evaluation);
      }
    }
    return new RunHistory(
        List.copyOf(steps.values()),
        List.copyOf(evaluations.values()),
        lists(others),
        sessions.intact().stream().map(line -> RunSession.of(line.object())).toList(),
        damaged);
  }

  private static Map<String, List<LoggedEvaluation>> lists(
      Map<String, TreeMap<Long, LoggedEvaluation>> byNetwork) {
    var lists = new TreeMap<String, List<LoggedEvaluation>>();
    byNetwork.forEach((network, lines) -> lists.put(network, List.copyOf(lines.values())));
    return lists;
  }

  /// The last step that is logged; 0 if there is none.
  public long lastStep() {
    return Math.max(
        steps.isEmpty() ? 0 : steps.getLast().step(),
        evaluations.isEmpty() ? 0 : evaluations.getLast().step());
  }

  /// The evaluation at a step, or the last one if that step has none.
  public Optional<LoggedEvaluation> evaluationAt(long step) {
    return evaluations.stream()
        .filter(evaluation -> evaluation.step() == step)
        .findFirst()
        .or(() -> evaluations.isEmpty() ? Optional.empty() : Optional.of(evaluations.getLast()));
  }
}
