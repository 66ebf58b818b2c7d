package toco.track;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import toco.files.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// As much of an MLflow server as a run needs, in memory, with MLflow's limits; and its faults.
final class FakeMlflow implements AutoCloseable {
  /// How it answers.
  enum Mode {
    WORKS,
    HANGS,
    FAILS,
    CLOSES,
    /// Does what it is asked, but the answer is lost.
    LOSES_ANSWERS,
    UNAUTHORIZED,
    NO_MLFLOW
  }

  /// A run that it was sent.
  static final class Run {
    String status = "";
    String name = "";
    long startMs;
    final Map<String, String> params = new TreeMap<>();
    final Map<String, String> tags = new TreeMap<>();
    final List<Point> points = new ArrayList<>();

    /// The values of a number, as `step=value`, in the order in which they came.
    List<String> values(String name) {
      return points.stream()
          .filter(point -> point.name.equals(name))
          .map(point -> point.step + "=" + point.value)
          .toList();
    }
  }

  record Point(String name, double value, long timeMs, long step) {}

  private static final Pattern NAME =
      Pattern.compile("[/\\w.\\- ]*", Pattern.UNICODE_CHARACTER_CLASS);

  volatile Mode mode = Mode.WORKS;
  volatile int longestValue = 6000;
  volatile String artifacts = "mlflow-artifacts:/1/";
  final Map<String, Run> runs = new LinkedHashMap<>();
  final Map<String, byte[]> files = new TreeMap<>();
  final List<String> authorizations = new ArrayList<>();
  int requests;

  private final Map<String, String> experiments = new LinkedHashMap<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer http;

  FakeMlflow() throws IOException {
    this(0);
  }

  FakeMlflow(int port) throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    http.createContext("/", this::answer);
    http.setExecutor(threads);
    http.start();
  }

  int port() {
    return http.getAddress().getPort();
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  synchronized Run onlyRun() {
    if (runs.size() != 1) {
      throw new AssertionError(runs.size() + " runs");
    }
    return runs.values().iterator().next();
  }

  private void answer(HttpExchange exchange) throws IOException {
    var body = exchange.getRequestBody().readAllBytes();
    synchronized (this) {
      requests++;
    }
    switch (mode) {
      case HANGS -> {
        try {
          ended.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        exchange.close();
      }
      case FAILS -> reply(exchange, 500, "<html>\n<h1>Internal error</h1>\n</html>");
      case CLOSES -> exchange.close();
      case UNAUTHORIZED -> reply(exchange, 401, "You are not authenticated.");
      case NO_MLFLOW -> reply(exchange, 200, "<html>welcome</html>");
      case LOSES_ANSWERS -> {
        var _ = response(exchange, body);
        exchange.close();
      }
      case WORKS -> {
        var response = response(exchange, body);
        reply(exchange, response.status(), response.text());
      }
    }
  }

  private static void reply(HttpExchange exchange, int status, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private synchronized FakeResponse response(HttpExchange exchange, byte[] body) {
    var authorization = exchange.getRequestHeaders().getFirst("Authorization");
    if (authorization != null) {
      authorizations.add(authorization);
    }
    var path = exchange.getRequestURI().getPath();
    var stored = "/api/2.0/mlflow-artifacts/artifacts/1/";
    if (path.startsWith(stored)) {
      files.put(path.substring(stored.length()), body);
      return FakeResponse.of(Map.of());
    }
    var query = FakeResponse.query(exchange.getRequestURI().getRawQuery());
    var json = body.length == 0 ? Json.MAPPER.createObjectNode() : Json.MAPPER.readTree(body);
    return switch (path.replace("/api/2.0/mlflow/", "")) {
      case "experiments/get-by-name" -> experiment(query.getOrDefault("experiment_name", ""));
      case "experiments/create" -> {
        var id = String.valueOf(experiments.size() + 1);
        experiments.put(json.path("name").asString(), id);
        yield FakeResponse.of(Map.of("experiment_id", id));
      }
      case "runs/create" -> create(json);
      case "runs/search" -> search(json.path("filter").asString());
      case "runs/get" ->
          withRun(
              query.getOrDefault("run_id", ""),
              (id, run) -> FakeResponse.of(Map.of("run", object(id, run))));
      case "runs/update" ->
          withRun(
              json.path("run_id").asString(),
              (_, run) -> {
                run.status = json.path("status").asString();
                return FakeResponse.of(Map.of());
              });
      case "runs/log-batch" -> withRun(json.path("run_id").asString(), (_, run) -> log(run, json));
      case "metrics/get-history" ->
          withRun(
              query.getOrDefault("run_id", ""),
              (_, run) ->
                  FakeResponse.of(
                      Map.of("metrics", history(run, query.getOrDefault("metric_key", "")))));
      default -> FakeResponse.refusal(404, "no " + path);
    };
  }

  private interface OfRun {
    FakeResponse of(String id, Run run);
  }

  private FakeResponse withRun(String id, OfRun then) {
    var run = runs.get(id);
    return run == null
        ? FakeResponse.refusal(404, "Run with id=%s not found".formatted(id))
        : then.of(id, run);
  }

  private FakeResponse experiment(String name) {
    var id = experiments.get(name);
    return id == null
        ? FakeResponse.refusal(404, "no experiment " + name)
        : FakeResponse.of(Map.of("experiment", Map.of("experiment_id", id, "name", name)));
  }

  private FakeResponse create(JsonNode json) {
    var run = new Run();
    run.status = "RUNNING";
    run.name = json.path("run_name").asString();
    run.startMs = json.path("start_time").asLong();
    json.path("tags")
        .forEach(tag -> run.tags.put(tag.path("key").asString(), tag.path("value").asString()));
    var id = "run" + (runs.size() + 1);
    runs.put(id, run);
    return FakeResponse.of(Map.of("run", object(id, run)));
  }

  private FakeResponse search(String filter) {
    var found = new ArrayList<ObjectNode>();
    runs.forEach((id, run) ->
        run.tags.forEach((tag, value) -> {
          if (filter.equals("tags.`%s` = '%s'".formatted(tag, value))) {
            found.add(object(id, run));
          }
        }));
    return FakeResponse.of(Map.of("runs", found));
  }

  private FakeResponse log(Run run, JsonNode json) {
    int all = json.path("metrics").size() + json.path("params").size() + json.path("tags").size();
    if (all > 1000 || json.path("params").size() > 100 || json.path("tags").size() > 100) {
      return FakeResponse.refusal(400, "too many in a batch");
    }
    for (var metric : json.path("metrics")) {
      var name = metric.path("key").asString();
      if (!NAME.matcher(name).matches() || name.length() > 250 || name.contains("//")) {
        return FakeResponse.refusal(400, "Invalid metric name: " + name);
      }
      run.points.add(
          new Point(
              name,
              metric.path("value").asDouble(),
              metric.path("timestamp").asLong(),
              metric.path("step").asLong()));
    }
    for (var param : json.path("params")) {
      var value = param.path("value").asString();
      var before = run.params.get(param.path("key").asString());
      if (value.length() > longestValue) {
        return FakeResponse.refusal(400, "Param value had length %s".formatted(value.length()));
      }
      if (before != null && !before.equals(value)) {
        return FakeResponse.refusal(400, "Changing param values is not allowed");
      }
    }
    json.path("params")
        .forEach(it -> run.params.put(it.path("key").asString(), it.path("value").asString()));
    json.path("tags")
        .forEach(it -> run.tags.put(it.path("key").asString(), it.path("value").asString()));
    return FakeResponse.of(Map.of());
  }

  private static List<Map<String, Object>> history(Run run, String name) {
    return run.points.stream()
        .filter(point -> point.name.equals(name))
        .map(point ->
            Map.<String, Object>of(
                "key", name, "value", point.value, "timestamp", point.timeMs, "step", point.step))
        .toList();
  }

  private ObjectNode object(String id, Run run) {
    var info =
        Map.of(
            "run_id",
            id,
            "experiment_id",
            "1",
            "status",
            run.status,
            "artifact_uri",
            artifacts + id + "/artifacts");
    var params = new ArrayList<Map<String, String>>();
    run.params.forEach((key, value) -> params.add(Map.of("key", key, "value", value)));
    return Json.MAPPER.valueToTree(Map.of("info", info, "data", Map.of("params", params)));
  }

  @Override
  public void close() {
    ended.countDown();
    http.stop(0);
    threads.shutdownNow();
  }
}
