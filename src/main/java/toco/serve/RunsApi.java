package toco.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.files.Json;
import toco.run.MetricsTail;

/// Trainings, running and done.
final class RunsApi {
  private static final long MAX_STEP = 999_999_999_999L;

  private final ShownRuns runs;

  RunsApi(ShownRuns runs) {
    this.runs = runs;
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/api/runs", this::list),
        new Route("GET", "/api/runs/{id}", this::describe),
        new Route("GET", "/api/runs/{id}/metrics", this::metrics),
        new Route("GET", "/api/runs/{id}/pictures/{step}", this::picture));
  }

  private Answer list(Call call) {
    long now = System.currentTimeMillis();
    return Answer.json(Map.of("runs", runs.all().stream().map(run -> run.describe(now)).toList()));
  }

  private ShownRun run(Call call) {
    var id = call.part("id");
    return runs.find(id)
        .orElseThrow(() ->
            HttpProblem.notFound(
                "there is no run %s; GET /api/runs lists them".formatted(Query.quoted(id))));
  }

  private Answer describe(Call call) {
    var run = run(call);
    var json = run.describe(System.currentTimeMillis());
    json.put("pictures", run.pictures());
    json.put("sessions", run.sessions());
    return Answer.json(json);
  }

  private Answer metrics(Call call) throws IOException {
    long from = call.query().number("from", 0L, 0, Long.MAX_VALUE / 2);
    var run = run(call);
    var tail = new MetricsTail(run.folder(), 0, from);
    boolean isReset = from > tail.size();
    if (isReset) {
      tail = new MetricsTail(run.folder(), 0);
    }
    var chunk = tail.next();
    tail.accept(chunk);
    var entries = new ArrayList<Map<String, @Nullable Object>>();
    for (var entry : chunk.entries()) {
      var scalars = new LinkedHashMap<String, @Nullable Double>();
      entry
          .scalars()
          .forEach((tag, value) -> {
            if (Double.isFinite(value)) {
              scalars.put(tag, Json.orNull(value));
            }
          });
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("step", entry.step());
      json.put("timeMs", entry.timeMs());
      json.put("scalars", scalars);
      entries.add(json);
    }
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("from", isReset ? 0 : from);
    json.put("next", tail.position());
    json.put("more", !chunk.isEmpty() && tail.position() < tail.size());
    json.put("reset", isReset);
    json.put("entries", entries);
    return Answer.json(json);
  }

  private Answer picture(Call call) throws IOException {
    var run = run(call);
    var step = call.part("step");
    if (!step.matches("\\d{1,12}")) {
      throw HttpProblem.badRequest("a picture's step must be a number from 0 to " + MAX_STEP);
    }
    return run.picture(Long.parseLong(step))
        .map(png -> Answer.of(Answer.PNG, png))
        .orElseThrow(() -> HttpProblem.notFound("step %s has no picture".formatted(step)));
  }
}
