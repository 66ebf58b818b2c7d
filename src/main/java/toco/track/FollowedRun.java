package toco.track;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.config.TrackConfig.Artifacts;

/// A run that trains, and a thread that sends what is new in its folder.
final class FollowedRun {
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();
  private final Path run;
  private final String server;
  private final Artifacts stored;
  private final Duration pause;
  private final Function<Consumer<String>, RunSender> open;
  private final Thread thread = Thread.ofPlatform().daemon().name("mlflow").unstarted(this::follow);
  private @Nullable RunEnd end; // null: it is training
  private volatile @Nullable String problem; // of the last attempt
  private volatile boolean isComplete;

  /// @param server its address
  /// @param stored which of its files are stored
  /// @param pause between two looks into the folder
  /// @param open makes the sender, whose lines for the user go to what it is given
  FollowedRun(
      Path run,
      String server,
      Artifacts stored,
      Duration pause,
      Function<Consumer<String>, RunSender> open) {
    this.run = run;
    this.server = server;
    this.stored = stored;
    this.pause = pause;
    this.open = open;
    thread.start();
  }

  /// Lines for the user, each once.
  List<String> notes() {
    var lines = new ArrayList<String>();
    for (var line = notes.poll(); line != null; line = notes.poll()) {
      lines.add(line);
    }
    return lines;
  }

  /// Waits until everything is sent, for a few seconds at most.
  void end(RunEnd how) {
    synchronized (this) {
      end = how;
      notifyAll();
    }
    try {
      thread.join(patience(how));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!isComplete) {
      thread.interrupt();
      var reason = problem;
      notes.add(
          "MLflow at %s does not have all of this run%s; send the rest with: toco track %s"
              .formatted(server, reason == null ? "" : ": " + reason, run));
    }
  }

  /// Checkpoints are stored once a run has ended well; whoever stops it does not wait for them.
  private Artifacts storedAt(RunEnd how) {
    return how == RunEnd.FINISHED || stored == Artifacts.NONE ? stored : Artifacts.REPORTS;
  }

  private Duration patience(RunEnd how) {
    return storedAt(how) == Artifacts.ALL
        ? how.patience().plus(MlflowServer.patience(RunArtifacts.bytesOfCheckpoints(run)))
        : how.patience();
  }

  private void follow() {
    try (var sender = open.apply(notes::add)) {
      var wait = pause;
      var how = ending(Duration.ZERO);
      while (how == null) {
        boolean sent = attempt(() -> sender.send(null, stored));
        wait = sent ? pause : least(wait.multipliedBy(2), LONGEST_PAUSE);
        how = ending(wait);
      }
      var last = how;
      isComplete = attempt(() -> sender.send(last, storedAt(last)));
    } catch (InterruptedException e) {
      // the training does not wait any longer
    } catch (RuntimeException | LinkageError e) {
      problem = e.toString();
      notes.add("MLflow: %s; the run is not reported".formatted(e));
    }
  }

  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  /// The user is told when the server becomes away, and when it is back.
  private boolean attempt(Sending sending) {
    try {
      sending.run();
      if (problem != null) {
        notes.add("MLflow at %s answers again and has what was missing".formatted(server));
      }
      problem = null;
      return true;
    } catch (TrackerException | IOException e) {
      if (problem == null) {
        notes.add(
            "MLflow at %s: %s; training continues, and what is logged is sent later"
                .formatted(server, e.getMessage()));
      }
      problem = e.getMessage();
      return false;
    }
  }

  /// Waits for the end of the training.
  ///
  /// @return how it ended; null: it has not
  private synchronized @Nullable RunEnd ending(Duration longest) throws InterruptedException {
    long untilNs = System.nanoTime() + longest.toNanos();
    for (long ms = longest.toMillis(); end == null && ms > 0; ) {
      wait(ms);
      ms = (untilNs - System.nanoTime()) / 1_000_000;
    }
    return end;
  }

  private static Duration least(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
