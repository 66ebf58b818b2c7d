package toco.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.config.Config;
import toco.config.Overrides;
import toco.files.Json;
import toco.run.RunHistory;
import toco.torch.TensorTest;
import toco.train.TinyRun;
import toco.train.Trainer;
import tools.jackson.databind.JsonNode;

/// MLflow itself: a server that is started here, and MLflow's own client to read what it got. Needs
/// Python's mlflow, in the interpreter that `TOCO_PYTHON` names, else `python3`.
@TensorTest(scope = false)
class MlflowPythonTest {
  private static final String PYTHON = System.getenv().getOrDefault("TOCO_PYTHON", "python3");

  @TempDir Path folder;
  private Process server;
  private String address;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    assumeTrue(python("import mlflow").status == 0, "no mlflow in " + PYTHON);
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    address = "http://127.0.0.1:" + port;
    server =
        new ProcessBuilder(
                PYTHON,
                "-m",
                "mlflow",
                "server",
                "--host",
                "127.0.0.1",
                "--port",
                "" + port,
                "--workers",
                "1",
                "--backend-store-uri",
                "sqlite:///" + folder.resolve("mlflow.db"),
                "--artifacts-destination",
                folder.resolve("stored").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile())
            .start();
    for (int i = 0; i < 300 && !isUp(); i++) {
      assertTrue(server.isAlive(), () -> "the server ended, see server.log");
      Thread.sleep(200);
    }
  }

  private boolean isUp() throws InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(URI.create(address + "/health")).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (server != null) {
      var workers = server.descendants().toList();
      server.destroy();
      workers.forEach(ProcessHandle::destroy);
      server.waitFor(20, TimeUnit.SECONDS);
      workers.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private Config tiny(String... more) {
    return TinyRun.config(folder.resolve("run"), folder.resolve("data"), more)
        .with("track.mlflow=" + address, "track.tags=[team=vision]", "track.artifacts=all");
  }

  /// Stopped in step 5, set back to step 4 and resumed with another rate: one run of MLflow with
  /// every step and evaluation once.
  @Test
  void aRunAndItsResumptionAreOneRun() throws IOException, InterruptedException {
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 5;
    TinyRun.train(
        tiny(
            "train.maxIters=6",
            "train.logEvery=1",
            "train.checkpointEvery=2",
            "train.overlayEvery=3"),
        stopper);
    var stopped = shown();
    assertEquals("KILLED", stopped.path("status").asString());
    assertEquals("[1,2,3,4,5]", stopped.path("steps").toString());
    var run = folder.resolve("run");
    Files.delete(Checkpoint.file(run, 5));
    var slower = Overrides.of("train.threads", 1);
    try (var trainer = Trainer.resume(run, slower, new TinyRun.Watcher())) {
      assertEquals(6, trainer.run().step());
    }
    var shown = shown();
    assertEquals("FINISHED", shown.path("status").asString());
    assertEquals("run", shown.path("name").asString());
    assertEquals("vision", shown.path("tags").path("team").asString());
    assertEquals("[1,2,3,4,5,6]", shown.path("steps").toString());
    assertEquals(logged(run), shown.path("losses").toString()); // to the bit
    assertEquals("[6]", shown.path("evaluated").toString());
    assertEquals("0", shown.path("params").path("train.threads").asString());
    assertEquals("1", shown.path("tags").path("resumed.train.threads").asString());
    assertEquals(
        "[\"checkpoints\",\"config.yaml\",\"metrics.jsonl\",\"overlays\",\"sessions.jsonl\"]",
        shown.path("files").toString());
    assertEquals(Files.readString(run.resolve("metrics.jsonl")), shown.path("metrics").asString());
  }

  private static String logged(Path run) {
    var losses = RunHistory.read(run).steps().stream().map(it -> it.losses().get("total")).toList();
    return Json.MAPPER.writeValueAsString(losses);
  }

  /// What MLflow's own client reads of the one run that there is.
  private JsonNode shown() throws InterruptedException {
    var script =
        """
        import json
        from mlflow import MlflowClient
        client = MlflowClient("%s")
        found = client.search_runs([client.get_experiment_by_name("toco").experiment_id])
        (id,) = [it.info.run_id for it in found]
        run = client.get_run(id)
        loss = client.get_metric_history(id, "loss/total")
        scores = client.get_metric_history(id, "eval/segMiou")
        print(json.dumps({
            "status": run.info.status, "name": run.info.run_name,
            "tags": run.data.tags, "params": run.data.params,
            "steps": [m.step for m in loss], "losses": [m.value for m in loss],
            "evaluated": [m.step for m in scores],
            "files": sorted(f.path for f in client.list_artifacts(id)),
            "metrics": open(client.download_artifacts(id, "metrics.jsonl")).read()}))
        """;
    var result = python(script.formatted(address));
    assertEquals(0, result.status, result.text);
    return Json.MAPPER.readTree(result.text);
  }

  private record Output(int status, String text) {}

  private Output python(String script) throws InterruptedException {
    try {
      var errors = folder.resolve("python.log").toFile();
      var process = new ProcessBuilder(List.of(PYTHON, "-c", script)).redirectError(errors).start();
      try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
        var text = reader.readAllAsString();
        return new Output(process.waitFor(), text);
      }
    } catch (IOException e) {
      return new Output(-1, e.toString()); // no such program
    }
  }
}
