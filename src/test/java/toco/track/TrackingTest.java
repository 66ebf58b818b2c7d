package toco.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Config;
import toco.config.ConfigException;
import toco.files.Json;
import toco.run.LoggedEvaluation;
import toco.run.LoggedStep;
import toco.run.MetricsLog;

/// What arrives at a server that works, and that one which does not costs nothing. No network is
/// trained here: the run is a folder in which a log grows.
class TrackingTest {
  private static final Duration REQUEST = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofSeconds(1); // where nothing answers
  private static final Duration PAUSE = Duration.ofMillis(20);

  @TempDir Path folder;
  private FakeMlflow server;
  private Path run;
  private final List<String> notes = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = new FakeMlflow();
    run = Files.createDirectories(folder.resolve("first"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Config config(String... more) {
    var settings = new ArrayList<>(List.of("track.mlflow=" + server.address()));
    settings.addAll(List.of(more));
    return Config.defaults().with(settings.toArray(String[]::new));
  }

  private Tracking follow(Config config) {
    return Tracking.start(config, run, Map.of(), REQUEST, PAUSE);
  }

  private Tracking followImpatiently(Config config) {
    return Tracking.start(config, run, Map.of(), SHORT, PAUSE);
  }

  private void end(Tracking tracking, RunEnd how) {
    tracking.end(how);
    notes.addAll(tracking.notes());
  }

  /// Waits for what another thread does; it does so in milliseconds.
  private static void await(BooleanSupplier done) {
    for (int i = 0; i < 4000; i++) {
      if (done.getAsBoolean()) {
        return;
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    throw new AssertionError("did not happen within twenty seconds");
  }

  /// Logs steps, each with the loss of its number.
  private void log(int first, int last) {
    try (var log = MetricsLog.openAt(run.resolve("metrics.jsonl"), first - 1)) {
      IntStream.rangeClosed(first, last).forEach(step -> log.write(step(step, step)));
    }
  }

  private static LoggedStep step(int step, double loss) {
    return new LoggedStep(
        step,
        Map.of("total", loss),
        Map.of(),
        Map.of("backbone", 1e-5),
        2.5,
        Double.NaN,
        0,
        1e9,
        2e9,
        Double.NaN,
        3,
        1_700_000_000_000L + step);
  }

  private static List<String> losses(int... steps) {
    return IntStream.of(steps).mapToObj(step -> step + "=" + (double) step).toList();
  }

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

  private boolean seen(int steps) {
    synchronized (server) {
      return server.runs.values().stream().anyMatch(it -> it.values("loss/total").size() == steps);
    }
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

  /// Away in any way: one line for the user however often it is tried, the end waits a few seconds,
  /// and what was logged arrives with the next start.
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WORKS", "LOSES_ANSWERS"})
  void aServerThatIsAwayCostsOneLineAndNothingIsLost(FakeMlflow.Mode mode) {
    server.mode = mode;
    var tracking = followImpatiently(config());
    log(1, 3);
    await(() -> requests() >= 3);
    long startNs = System.nanoTime();
    end(tracking, RunEnd.KILLED);
    double seconds = (System.nanoTime() - startNs) * 1e-9;
    assertTrue(seconds < 10, seconds + " s");
    assertEquals(2, notes.size(), notes.toString());
    var away = notes.getFirst();
    assertTrue(away.startsWith("MLflow at " + server.address() + ": "), away);
    assertTrue(away.contains("training continues"), away);
    assertTrue(notes.getLast().endsWith("send the rest with: toco track " + run), notes.getLast());
    for (var note : notes) {
      assertEquals(1, note.lines().count(), note);
    }

    server.mode = FakeMlflow.Mode.WORKS;
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(losses(1, 2, 3), server.onlyRun().values("loss/total"));
  }

  private int requests() {
    synchronized (server) {
      return server.requests;
    }
  }

  @Test
  void aServerThatIsNotThereCostsOneLine() throws IOException {
    var config = config();
    server.close();
    log(1, 1);
    var tracking = follow(config);
    await(() -> {
      notes.addAll(tracking.notes());
      return !notes.isEmpty();
    });
    end(tracking, RunEnd.FAILED);
    assertEquals(2, notes.size(), notes.toString());
    assertTrue(notes.getFirst().contains("Connection refused"), notes.getFirst());

    server = new FakeMlflow(server.port());
    end(follow(config), RunEnd.FAILED);
    assertEquals(losses(1), server.onlyRun().values("loss/total"));
    assertEquals("FAILED", server.onlyRun().status);
  }

  @Test
  void aServerThatComesBackHasEveryStepOnce() {
    log(1, 2);
    end(follow(config()), RunEnd.KILLED); // loads MLflow's classes, which takes its time
    notes.clear();
    var tracking = followImpatiently(config());
    await(() -> notes.addAll(tracking.notes()));
    server.mode = FakeMlflow.Mode.HANGS;
    log(3, 4);
    await(() -> {
      notes.addAll(tracking.notes());
      return notes.size() == 2;
    });
    server.mode = FakeMlflow.Mode.WORKS;
    log(5, 5);
    await(() -> seen(5));
    end(tracking, RunEnd.FINISHED);
    assertEquals(losses(1, 2, 3, 4, 5), server.onlyRun().values("loss/total"));
    assertEquals(3, notes.size(), notes.toString());
    assertTrue(notes.get(1).contains("no answer within 1.0 s"), notes.get(1));
    assertTrue(notes.getLast().contains("answers again"), notes.getLast());
  }

  /// The server did what it was asked to, but its answers were lost.
  @Test
  void whatTheServerDidWithoutAnAnswerIsNotDoneAgain() {
    log(1, 2);
    server.mode = FakeMlflow.Mode.LOSES_ANSWERS;
    var tracking = follow(config());
    await(() -> requests() >= 3);
    server.mode = FakeMlflow.Mode.WORKS;
    await(() -> seen(2));
    server.mode = FakeMlflow.Mode.LOSES_ANSWERS;
    log(3, 3);
    await(() -> seen(3));
    server.mode = FakeMlflow.Mode.WORKS;
    end(tracking, RunEnd.FINISHED);
    assertEquals(losses(1, 2, 3), server.onlyRun().values("loss/total"));
  }

  /// Set back from step 4 to step 2: steps that come out the same are there once; those that do
  /// not, because the settings changed, are there with both values.
  @Test
  void aResumedRunContinuesTheSameRun() {
    log(1, 4);
    end(follow(config()), RunEnd.KILLED);
    assertEquals("KILLED", server.onlyRun().status);
    try (var log = MetricsLog.openAt(run.resolve("metrics.jsonl"), 2)) {
      log.write(step(3, 3));
      log.write(step(4, 40));
      log.write(step(5, 50));
    }
    end(follow(config("optim.lr=1e-6", "track.experiment=other")), RunEnd.FINISHED);
    var sent = server.onlyRun();
    assertEquals(
        List.of("1=1.0", "2=2.0", "3=3.0", "4=4.0", "4=40.0", "5=50.0"), sent.values("loss/total"));
    assertEquals("FINISHED", sent.status);
    assertEquals("6e-5", sent.params.get("optim.lr")); // MLflow's parameters do not change
    assertEquals("1e-6", sent.tags.get("resumed.optim.lr"));
  }

  @Test
  void aRunThatTheServerDoesNotHaveAnyMoreIsSentAgain() {
    log(1, 2);
    end(follow(config()), RunEnd.KILLED);
    server.runs.clear();
    log(3, 3);
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(losses(1, 2, 3), server.onlyRun().values("loss/total"));
  }

  @Test
  void anotherServerGetsTheWholeRun() throws IOException {
    log(1, 2);
    end(follow(config()), RunEnd.KILLED);
    server.close();
    server = new FakeMlflow();
    log(3, 3);
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(losses(1, 2, 3), server.onlyRun().values("loss/total"));
  }

  @Test
  void aDamagedNoteOfTheRunBeginsAnother() throws IOException {
    log(1, 2);
    Files.writeString(run.resolve("mlflow.json"), "{\"server\": 3");
    end(follow(config()), RunEnd.FINISHED);
    assertEquals(losses(1, 2), server.onlyRun().values("loss/total"));
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
