package toco.track;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;
import toco.files.Json;
import tools.jackson.core.JacksonException;

/// An MLflow server, through MLflow's client: the one class that touches its types. Each call ends
/// in time, and what goes wrong is a [TrackerException].
final class MlflowServer implements AutoCloseable {
  /// The client's HTTP library logs what the user is told by us. Held, or the level would be lost.
  private static final Logger HTTP_LOG = Logger.getLogger("org.mlflow_project");

  private static final String PROXIED = "mlflow-artifacts:";
  private static final double UPLOAD_BYTES_PER_S = 1e6; // the slowest that is waited for

  /// The most values, and parameters or tags, that a request may have.
  static final int MOST_VALUES = 1000;

  static final int MOST_PARAMS = 100;

  private final String address;
  private final BasicMlflowHostCreds credentials;
  private final MlflowClient client;
  private final TimedCalls calls;
  private final Duration limit;

  /// @param environment has the credentials, by the names that MLflow's Python client gives them
  /// @param limit of a call
  MlflowServer(String address, Map<String, String> environment, Duration limit) {
    HTTP_LOG.setLevel(Level.OFF);
    this.address = address;
    this.limit = limit;
    credentials =
        new BasicMlflowHostCreds(
            address,
            environment.get("MLFLOW_TRACKING_USERNAME"),
            environment.get("MLFLOW_TRACKING_PASSWORD"),
            environment.get("MLFLOW_TRACKING_TOKEN"),
            false);
    client = new MlflowClient(credentials);
    calls = new TimedCalls(limit);
  }

  /// What the server knows of a run.
  ///
  /// @param artifacts where it wants the run's files
  record Known(String experiment, String artifacts, Map<String, String> params) {

    /// Whether the server stores files itself; otherwise they are somewhere that MLflow's client
    /// reaches through MLflow's command line.
    boolean storesFiles() {
      return artifacts.startsWith(PROXIED);
    }
  }

  /// The experiment of a name, created if there is none.
  String experiment(String name) {
    return call(() ->
        client
            .getExperimentByName(name)
            .map(Experiment::getExperimentId)
            .orElseGet(() -> client.createExperiment(name)));
  }

  /// Creates a run and returns its id.
  String create(String experiment, String name, long startMs, Map<String, String> tags) {
    var request =
        CreateRun.newBuilder()
            .setExperimentId(experiment)
            .setRunName(name)
            .setUserId(System.getProperty("user.name", ""))
            .setStartTime(startMs)
            .addAllTags(tagList(tags));
    return call(() -> client.createRun(request.build()).getRunId());
  }

  /// The run with a tag; empty if there is none.
  Optional<String> find(String experiment, String tag, String value) {
    var filter = "tags.`%s` = '%s'".formatted(tag, value);
    return call(() ->
        client.searchRuns(List.of(experiment), filter, ViewType.ACTIVE_ONLY, 1).getItems().stream()
            .map(run -> run.getInfo().getRunId())
            .findFirst());
  }

  Known run(String id) {
    return call(() -> known(client.getRun(id)));
  }

  private static Known known(Run run) {
    var params = new HashMap<String, String>();
    run.getData().getParamsList().forEach(it -> params.put(it.getKey(), it.getValue()));
    return new Known(run.getInfo().getExperimentId(), run.getInfo().getArtifactUri(), params);
  }

  /// The values of a number that the run has, by step; of several the last.
  Map<Long, Double> history(String run, String name) {
    var byStep = new HashMap<Long, Double>();
    for (var value : call(() -> client.getMetricHistory(run, name))) {
      byStep.put(value.getStep(), value.getValue());
    }
    return byStep;
  }

  /// A number at a step.
  record Value(String name, double value, long timeMs, long step) {}

  /// @param values at most [#MOST_VALUES]
  void logValues(String run, List<Value> values) {
    var metrics =
        values.stream()
            .map(it ->
                Metric.newBuilder()
                    .setKey(it.name)
                    .setValue(it.value)
                    .setTimestamp(it.timeMs)
                    .setStep(it.step)
                    .build())
            .toList();
    log(run, metrics, List.of(), List.of());
  }

  /// @param params at most [#MOST_PARAMS]
  void logParams(String run, Map<String, String> params) {
    var list =
        params.entrySet().stream()
            .map(it -> Param.newBuilder().setKey(it.getKey()).setValue(it.getValue()).build())
            .toList();
    log(run, List.of(), list, List.of());
  }

  /// @param tags at most [#MOST_PARAMS]
  void setTags(String run, Map<String, String> tags) {
    log(run, List.of(), List.of(), tagList(tags));
  }

  private void log(String run, List<Metric> metrics, List<Param> params, List<RunTag> tags) {
    call(() -> {
      client.logBatch(run, metrics, params, tags);
      return "";
    });
  }

  private static List<RunTag> tagList(Map<String, String> tags) {
    return tags.entrySet().stream()
        .map(it -> RunTag.newBuilder().setKey(it.getKey()).setValue(it.getValue()).build())
        .toList();
  }

  void setRunning(String run) {
    var status = Map.of("run_id", run, "status", RunStatus.RUNNING.name());
    call(() -> client.sendPost("runs/update", Json.MAPPER.writeValueAsString(status)));
  }

  void setEnded(String run, RunEnd end) {
    call(() -> {
      client.setTerminated(run, RunStatus.valueOf(end.name()));
      return "";
    });
  }

  /// How long storing some bytes may take.
  static Duration patience(long bytes) {
    return Duration.ofSeconds((long) (bytes / UPLOAD_BYTES_PER_S));
  }

  /// Stores a file with a run.
  ///
  /// @param folder among the run's files; empty: none
  void upload(String run, Known known, Path file, String folder) {
    var more = patience(file.toFile().length());
    call(
        () -> {
          if (known.storesFiles()) {
            put(URI.create(known.artifacts), file, folder, limit.plus(more));
          } else if (folder.isEmpty()) {
            client.logArtifact(run, file.toFile());
          } else {
            client.logArtifact(run, file.toFile(), folder);
          }
          return "";
        },
        more);
  }

  /// The server stores the file itself, which MLflow's client cannot ask of it without Python.
  private void put(URI artifacts, Path file, String folder, Duration limit)
      throws IOException, InterruptedException, URISyntaxException {
    var host = artifacts.getRawAuthority();
    var base = host == null ? address : URI.create(address).getScheme() + "://" + host;
    var name = (folder.isEmpty() ? "" : folder + "/") + file.getFileName();
    var path = "/api/2.0/mlflow-artifacts/artifacts" + artifacts.getPath() + "/" + name;
    var uri = URI.create(base + new URI(null, null, path, null).getRawPath());
    var request = HttpRequest.newBuilder(uri).timeout(limit).PUT(BodyPublishers.ofFile(file));
    var authorization = authorization();
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var response = http.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new MlflowHttpException(response.statusCode(), "", response.body());
      }
    }
  }

  private @Nullable String authorization() {
    if (credentials.getUsername() != null && credentials.getPassword() != null) {
      var pair = credentials.getUsername() + ":" + credentials.getPassword();
      return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
    return credentials.getToken() == null ? null : "Bearer " + credentials.getToken();
  }

  private <T> T call(Callable<T> request) {
    return call(request, Duration.ZERO);
  }

  private <T> T call(Callable<T> request, Duration more) {
    try {
      return calls.call(request, more);
    } catch (MlflowHttpException e) {
      var reason = "HTTP status %s %s".formatted(e.getStatusCode(), said(e.getBodyMessage()));
      throw new TrackerException(e.getStatusCode(), reason, e);
    } catch (Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null && cause.getCause().getMessage() != null) {
        cause = cause.getCause();
      }
      var message = cause.getMessage();
      throw new TrackerException(0, message == null ? cause.toString() : message, e);
    }
  }

  /// What the body of a refusal says.
  private static String said(@Nullable String body) {
    var text = body == null ? "" : body;
    try {
      return Json.MAPPER.readTree(text).path("message").asString(text);
    } catch (JacksonException e) {
      return text.replaceAll("<[^>]*>", " ");
    }
  }

  @Override
  public void close() {
    calls.close();
    client.close();
  }
}
