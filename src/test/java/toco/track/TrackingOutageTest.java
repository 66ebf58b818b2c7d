package toco.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.run.MetricsLog;

/// A server that is away costs nothing and misses nothing, and a resumed run is the same run.
class TrackingOutageTest extends TrackedFolder {
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
}
