package toco.track;

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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.TrackConfig.Artifacts;
import toco.run.LoggedStep;
import toco.run.MetricsLog;

/// A run's folder in which a log grows, and a server that it is sent to. No network is trained.
abstract class TrackedFolder {
  static final Duration REQUEST = Duration.ofSeconds(20);
  static final Duration SHORT = Duration.ofSeconds(1); // where nothing answers
  static final Duration PAUSE = Duration.ofMillis(20);

  @TempDir Path folder;
  FakeMlflow server;
  Path run;
  final List<String> notes = new ArrayList<>();

  /// On a busy machine loading MLflow's classes takes longer than a run waits at its end.
  @BeforeAll
  static void loadClasses(@TempDir Path other) throws IOException {
    var minute = Duration.ofMinutes(1);
    try (var server = new FakeMlflow();
        var sender =
            new RunSender(Config.defaults(), other, server.address(), Map.of(), minute, _ -> {})) {
      sender.send(RunEnd.FINISHED, Artifacts.NONE);
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = new FakeMlflow();
    run = Files.createDirectories(folder.resolve("first"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  Config config(String... more) {
    var settings = new ArrayList<>(List.of("track.mlflow=" + server.address()));
    settings.addAll(List.of(more));
    return Config.defaults().with(settings.toArray(String[]::new));
  }

  Tracking follow(Config config) {
    return Tracking.start(config, run, Map.of(), REQUEST, PAUSE);
  }

  Tracking followImpatiently(Config config) {
    return Tracking.start(config, run, Map.of(), SHORT, PAUSE);
  }

  void end(Tracking tracking, RunEnd how) {
    tracking.end(how);
    notes.addAll(tracking.notes());
  }

  /// Waits for what another thread does; it does so in milliseconds.
  static void await(BooleanSupplier done) {
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
  void log(int first, int last) {
    try (var log = MetricsLog.openAt(run.resolve("metrics.jsonl"), first - 1)) {
      IntStream.rangeClosed(first, last).forEach(step -> log.write(step(step, step)));
    }
  }

  static LoggedStep step(int step, double loss) {
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

  static List<String> losses(int... steps) {
    return IntStream.of(steps).mapToObj(step -> step + "=" + (double) step).toList();
  }

  boolean seen(int steps) {
    synchronized (server) {
      return server.runs.values().stream().anyMatch(it -> it.values("loss/total").size() == steps);
    }
  }

  int requests() {
    synchronized (server) {
      return server.requests;
    }
  }
}
