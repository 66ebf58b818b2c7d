package toco.track;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.files.OptionalLibrary;

/// Reports a run to the tracker that `track.*` names. Touches the tracker's library only if there
/// is one.
public final class Tracking {
  private static final Duration REQUEST = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  /// Reports nothing.
  public static final Tracking NONE = new Tracking(null);

  private final @Nullable FollowedRun followed; // null: nothing is reported

  private Tracking(@Nullable FollowedRun followed) {
    this.followed = followed;
  }

  /// Checks that runs can be reported as their configuration says. Asks no server.
  ///
  /// @return whether they are to be
  /// @throws TrackerException if the tracker's library is missing
  public static boolean check(Config config) {
    return server(config, System.getenv()) != null;
  }

  /// Follows a run while it trains, if its configuration names a tracker.
  ///
  /// @param run its folder; null: this process has none, and reports nothing
  public static Tracking start(Config config, @Nullable Path run) {
    return start(config, run, System.getenv(), REQUEST, PAUSE);
  }

  /// The same.
  ///
  /// @param request limit of a request to the server
  /// @param pause between two looks into the folder
  static Tracking start(
      Config config,
      @Nullable Path run,
      Map<String, String> environment,
      Duration request,
      Duration pause) {
    var server = run == null ? null : server(config, environment);
    return run == null || server == null
        ? NONE
        : new Tracking(
            new FollowedRun(
                run,
                server,
                config.track().artifacts(),
                pause,
                notes -> new RunSender(config, run, server, environment, request, notes)));
  }

  /// Lines for the user, each once.
  public List<String> notes() {
    return followed == null ? List.of() : followed.notes();
  }

  /// Sends what is left, for a few seconds at most.
  public void end(RunEnd how) {
    if (followed != null) {
      followed.end(how);
    }
  }

  /// Sends all that a run's folder has and the tracker has not, and waits for that.
  ///
  /// @param how the run ended
  /// @param notes receives lines for the user
  /// @throws TrackerException if the server is away, or the configuration names none
  public static void sendAll(Config config, Path run, RunEnd how, Consumer<String> notes)
      throws IOException {
    var server = server(config, System.getenv());
    if (server == null) {
      throw new TrackerException(
          "track.mlflow has no value; name the server, such as --set"
              + " track.mlflow=http://127.0.0.1:5000");
    }
    try (var sender = new RunSender(config, run, server, System.getenv(), REQUEST, notes)) {
      sender.send(how, config.track().artifacts());
    } catch (TrackerException e) {
      throw e.at(server);
    }
  }

  /// The address of the server; null: there is none.
  private static @Nullable String server(Config config, Map<String, String> environment) {
    var server = config.track().mlflowServer(environment);
    if (server != null) {
      OptionalLibrary.MLFLOW
          .missing()
          .ifPresent(reason -> {
            throw new TrackerException("track.mlflow: " + reason);
          });
    }
    return server;
  }
}
