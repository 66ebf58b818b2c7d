package toco.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;

/// The files that are stored with a run.
class RunArtifactsTest {
  private static final List<String> REPORTS =
      List.of(
          "run1/artifacts/config.yaml",
          "run1/artifacts/eval/custom-val/eval.json",
          "run1/artifacts/metrics.jsonl",
          "run1/artifacts/overlays/step-000003.png",
          "run1/artifacts/report.html");

  @TempDir Path run;
  private FakeMlflow server;

  @BeforeAll
  static void loadClasses(@TempDir Path other) throws IOException {
    TrackedFolder.loadClasses(other);
  }

  @BeforeEach
  void start() throws IOException {
    server = new FakeMlflow();
    for (var file :
        List.of(
            "config.yaml",
            "metrics.jsonl",
            "report.html",
            ".lock",
            "other.txt",
            "overlays/step-000003.png",
            "overlays/.step-000006.png.tmp",
            "eval/custom-val/eval.json",
            "eval/custom-val/batches.bin",
            "checkpoints/step-000004.safetensors")) {
      Files.createDirectories(run.resolve(file).getParent());
      Files.writeString(run.resolve(file), file);
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private List<String> end(RunEnd how, String... more) {
    var settings = new ArrayList<>(List.of("track.mlflow=" + server.address()));
    settings.addAll(List.of(more));
    var config = Config.defaults().with(settings.toArray(String[]::new));
    var pause = Duration.ofMillis(20);
    var tracking = Tracking.start(config, run, Map.of(), Duration.ofSeconds(5), pause);
    tracking.end(how);
    return tracking.notes();
  }

  @Test
  void reportsAreStoredAndAgainOnlyWhenTheyChange() throws IOException {
    end(RunEnd.KILLED);
    assertEquals(new TreeSet<>(REPORTS), server.files.keySet());
    assertEquals("report.html", new String(server.files.get(REPORTS.getLast())));
    server.files.clear();
    Files.writeString(run.resolve("report.html"), "another");
    end(RunEnd.FINISHED);
    assertEquals(List.of(REPORTS.getLast()), List.copyOf(server.files.keySet()));
    assertEquals("another", new String(server.files.get(REPORTS.getLast())));
  }

  /// Whoever stops a run does not wait for its checkpoints.
  @Test
  void checkpointsAreStoredOnRequestWhenTheRunIsComplete() {
    end(RunEnd.KILLED, "track.artifacts=all");
    assertEquals(new TreeSet<>(REPORTS), server.files.keySet());
    end(RunEnd.FINISHED, "track.artifacts=all");
    assertTrue(server.files.containsKey("run1/artifacts/checkpoints/step-000004.safetensors"));
  }

  @Test
  void noneAreStoredOnRequest() {
    end(RunEnd.FINISHED, "track.artifacts=none");
    assertEquals(Map.of(), server.files);
    assertEquals("FINISHED", server.onlyRun().status);
  }

  /// MLflow's client reaches such a place through MLflow's command line, which is not installed
  /// here or does not know this server.
  @Test
  void filesThatCannotBeStoredAreOneLine() {
    server.artifacts = "s3://bucket/";
    var notes = end(RunEnd.FINISHED);
    assertEquals(2, notes.size(), notes.toString());
    assertTrue(
        notes.getLast().startsWith("MLflow's files are in s3://bucket/run1/artifacts, which"),
        notes.getLast());
    assertEquals("FINISHED", server.onlyRun().status);
  }
}
