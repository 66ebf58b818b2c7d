package toco.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.ConfigException;
import toco.files.Json;
import toco.run.LoggedEvaluation;
import toco.run.MetricsLog;

/// What arrives at a server that works.
class TrackingTest extends TrackedFolder {
  @Test
  void stepsArriveWhileTheRunTrainsWithNamesTimesAndSettings() {
    log(1, 2);
    var tracking = follow(config("optim.lr=3e-5", "track.tags=[team=vision, ticket=a=b]"));
    await(() -> seen(2));
    log(3, 3);
    await(() -> seen(3));
    end(tracking, RunEnd.FINISHED);
    var sent = server.onlyRun();
    assertEquals(losses(1, 2, 3), sent.values("loss/total"));
    assertEquals(List.of("1=1000.0", "2=1000.0", "3=1000.0"), sent.values("memory/residentMB"));
    assertEquals(List.of(), sent.values("data/waitShare")); // which was not known
    assertEquals(1_700_000_000_001L, sent.points.getFirst().timeMs());
    assertEquals("FINISHED", sent.status);
    assertEquals("first", sent.name);
    assertEquals("3e-5", sent.params.get("optim.lr"));
    assertEquals("vision", sent.tags.get("team"));
    assertEquals("a=b", sent.tags.get("ticket"));
    assertFalse(sent.params.keySet().stream().anyMatch(key -> key.startsWith("track.")));
    assertEquals(List.of("MLflow: " + server.address() + "/#/experiments/1/runs/run1"), notes);
  }

  /// Scores of an evaluation, of a class with any name too; its time is that of the step before and
  /// the seconds that it took.
  @Test
  void scoresArriveByClassWhateverTheClassesAreCalled() {
    log(1, 1);
    var scores =
        """
        {"segMiou": 0.5, "camMiou": null, "perClass": {"a (b), c": {"seg": 0.25},
         "a [b], c": {"seg": 0.75}, "größe/猫": {"seg": 0.125}, "..": {"seg": 1}}}
        """;
    try (var log = MetricsLog.openAt(run.resolve("metrics.jsonl"), 1)) {
      log.write(new LoggedEvaluation(1, Json.MAPPER.readTree(scores), List.of(), 2, null));
      log.write(new LoggedEvaluation(1, Json.MAPPER.readTree(scores), List.of(), 1, "trained"));
    }
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(1, notes.size(), notes.toString());
    var sent = server.onlyRun();
    assertEquals(List.of("1=0.5"), sent.values("eval/segMiou"));
    assertEquals(List.of("1=0.5"), sent.values("eval trained/segMiou"));
    assertEquals(List.of("1=0.25"), sent.values("eval perClass seg/a _b__ c"));
    assertEquals(List.of("1=0.75"), sent.values("eval perClass seg/a _b__ c 2"));
    assertEquals(List.of("1=0.125"), sent.values("eval perClass seg/größe/猫"));
    assertEquals(List.of("1=1.0"), sent.values("eval perClass seg/_"));
    assertEquals(1_700_000_002_001L, timeOf(sent, "eval/segMiou"));
    assertEquals(1_700_000_003_001L, timeOf(sent, "eval trained/segMiou"));
  }

  private static long timeOf(FakeMlflow.Run run, String name) {
    return run.points.stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow()
        .timeMs();
  }

  /// MLflow takes at most 1000 numbers at once; a line of 1500 classes has more.
  @Test
  void aLineOfAnyLengthArrives() {
    var perClass = Json.MAPPER.createObjectNode();
    for (int i = 0; i < 1500; i++) {
      perClass.putObject("class " + i).put("seg", i);
    }
    var scores = Json.MAPPER.createObjectNode().put("segMiou", 0.5);
    scores.set("perClass", perClass);
    try (var log = MetricsLog.openAt(run.resolve("metrics.jsonl"), 1)) {
      log.write(new LoggedEvaluation(1, scores, List.of(), 2, null));
    }
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(1501, server.onlyRun().points.size());
    assertEquals("eval/segMiou", server.onlyRun().points.getLast().name());
  }

  /// Settings of any length arrive shortened: at 6000 characters, and 500 at older servers.
  @ParameterizedTest
  @ValueSource(ints = {6000, 500})
  void longSettingsAreShortened(int longest) {
    server.longestValue = longest;
    var names = IntStream.range(0, 250).mapToObj(i -> "class" + i + "x".repeat(40)).toList();
    end(follow(config("data.classNames=" + names, "model.numClasses=251")), RunEnd.FINISHED);
    var sent = server.onlyRun();
    var value = sent.params.getOrDefault("data.classNames", "");
    assertEquals(longest, value.length());
    assertTrue(value.startsWith("[class0xxx") && value.endsWith("..."), value);
    assertEquals("6e-5", sent.params.get("optim.lr"));
  }

  @Test
  void credentialsAreThoseOfTheEnvironment() {
    var named = Map.of("MLFLOW_TRACKING_USERNAME", "ann", "MLFLOW_TRACKING_PASSWORD", "x:y");
    Tracking.start(config(), run, named, REQUEST, PAUSE).end(RunEnd.FINISHED);
    var token = Map.of("MLFLOW_TRACKING_TOKEN", "t0ken", "MLFLOW_TRACKING_URI", server.address());
    Tracking.start(config("track.mlflow=env"), run, token, REQUEST, PAUSE).end(RunEnd.FINISHED);
    assertEquals("Basic YW5uOng6eQ==", server.authorizations.getFirst());
    assertEquals("Bearer t0ken", server.authorizations.getLast());
    var missing =
        assertThrows(
            ConfigException.class,
            () -> Tracking.start(config("track.mlflow=env"), run, Map.of(), REQUEST, PAUSE));
    assertTrue(missing.getMessage().contains("MLFLOW_TRACKING_URI is not set"));
  }

  /// Neither without the key, whatever the environment says, nor in a process without a folder.
  @Test
  void nothingIsSentUnlessTheKeySaysSo() {
    var environment = Map.of("MLFLOW_TRACKING_URI", server.address());
    Tracking.start(Config.defaults(), run, environment, REQUEST, PAUSE).end(RunEnd.FINISHED);
    Tracking.start(config(), null, environment, REQUEST, PAUSE).end(RunEnd.FINISHED);
    assertEquals(0, server.requests);
    assertFalse(Files.exists(run.resolve("mlflow.json")));
  }
}
