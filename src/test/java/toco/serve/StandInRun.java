package toco.serve;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// A run whose metrics a test appends.
///
/// @param entries of `metrics.jsonl`, as the server sends them
record StandInRun(
    String id, String name, double level, int steps, List<Map<String, Object>> entries) {

  StandInRun(String name, double level) {
    this("id-" + name, name, level, 600, new CopyOnWriteArrayList<>());
  }

  /// Runs in every state: two finished ones, one that trains, one that was stopped.
  static List<StandInRun> examples() {
    var runs =
        List.of(
            new StandInRun("with-contrasts", 0.58),
            new StandInRun("without-contrasts", 0.43),
            new StandInRun("more-seed-1", 0.61),
            new StandInRun("first-try", 0.2));
    runs.get(0).train(600);
    runs.get(1).train(600);
    runs.get(2).train(420);
    runs.get(3).train(80);
    return runs;
  }

  /// Appends lines up to a step: losses every ten steps, scores every hundred.
  void train(int until) {
    for (int step = step() + 10; step <= until; step += 10) {
      double done = step / (double) steps;
      double wave = 0.04 * Math.sin(step * 0.7) + 0.03 * Math.cos(step * 1.9);
      var losses = new LinkedHashMap<String, Object>();
      losses.put("loss/total", 2.4 * Math.exp(-2 * done) + 0.4 + wave + (0.6 - level) / 2);
      losses.put("loss/cls", 0.7 * Math.exp(-3 * done) + 0.05 + wave / 4);
      losses.put("loss/ptc", 0.4 * Math.exp(-done) + wave / 4);
      losses.put("loss/ctc", 2 * Math.exp(-1.5 * done) + wave);
      losses.put("loss/seg", step > 200 ? 1.6 * Math.exp(-done * 2) + wave : 1.95 + wave / 3);
      losses.put("lr/backbone", 1e-3 * Math.pow(1 - done, 0.9) * Math.min(1, step / 50.0));
      losses.put("speed/imagesPerSecond", 17 + 40 * wave);
      losses.put("memory/residentMB", 380 + 60 * done);
      entries.add(Map.of("step", step, "timeMs", 1_000L * step, "scalars", losses));
      if (step % 100 == 0) {
        var scores = new LinkedHashMap<String, Object>();
        scores.put("eval/segMiou", score(step) * 0.9);
        scores.put("eval/camMiou", score(step));
        scores.put("eval/camAuxMiou", score(step) * 1.02);
        scores.put("eval/classF1", Math.min(0.95, score(step) * 1.5));
        entries.add(Map.of("step", step, "timeMs", 1_000L * step, "scalars", scores));
      }
    }
  }

  private double score(int step) {
    return level * (1 - Math.exp(-step / 160.0));
  }

  int step() {
    return entries.isEmpty() ? 0 : (int) entries.getLast().get("step");
  }

  Map<String, Object> summary() {
    int step = step();
    int scored = step / 100 * 100;
    boolean isTraining = step < steps && step > 100;
    var run = new LinkedHashMap<String, Object>();
    run.put("id", id);
    run.put("name", name);
    run.put("recipe", name.startsWith("more") ? "more" : "toco");
    run.put("backbone", "custom");
    run.put("step", step);
    run.put("steps", steps);
    run.put("state", step == steps ? "finished" : isTraining ? "training" : "stopped");
    run.put("etaS", isTraining ? (steps - step) / 2 : null);
    run.put("imagesPerSecond", step > 0 ? 17.2 : null);
    run.put("updatedUnixMs", System.currentTimeMillis() - (isTraining ? 2_000 : 7_200_000));
    run.put(
        "scores",
        scored == 0
            ? Map.of()
            : Map.of(
                "segMiou", score(scored) * 0.9,
                "camMiou", score(scored),
                "classF1", Math.min(0.95, score(scored) * 1.5)));
    return run;
  }

  Map<String, Object> details() {
    var run = new LinkedHashMap<>(summary());
    run.put(
        "pictures",
        java.util.stream.IntStream.rangeClosed(1, step() / 100).map(i -> 100 * i).boxed().toList());
    run.put("sessions", 1);
    return run;
  }

  /// The lines from a position, at most 50 of them.
  Map<String, Object> metrics(int from) {
    int until = Math.min(entries.size(), from + 50);
    return Map.of(
        "from",
        from,
        "next",
        until,
        "more",
        until < entries.size(),
        "entries",
        entries.subList(from, until));
  }
}
