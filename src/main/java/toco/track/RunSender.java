package toco.track;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.TrackConfig.Artifacts;
import toco.files.IoReason;
import toco.run.MetricsTail;
import toco.run.RunHistory;
import toco.run.RunSession;

/// Sends what a run's folder has, and the server does not have yet.
final class RunSender implements AutoCloseable {
  private static final String KEY_TAG = "toco.run";

  private final Config config;
  private final Path run;
  private final String address;
  private final Consumer<String> notes;
  private final MlflowServer server;
  private final Map<String, Map<Long, Double>> histories = new HashMap<>();
  private MlflowLink link;
  private MlflowServer.@Nullable Known known; // null: not connected
  private @Nullable MetricsTail tail;
  private boolean isNew;
  private boolean isAnnounced;
  private boolean storesFiles = true;

  /// @param limit of a request to the server
  /// @param notes receives one-line messages to the user
  RunSender(
      Config config,
      Path run,
      String address,
      Map<String, String> environment,
      Duration limit,
      Consumer<String> notes) {
    this.config = config;
    this.run = run;
    this.address = address;
    this.notes = notes;
    server = new MlflowServer(address, environment, limit);
    link = MlflowLink.of(run, address);
  }

  /// Sends what is new: numbers, pictures and, at the end, files that changed until then.
  ///
  /// @param end how the run ended; null: it is training
  /// @param stored which files to store
  /// @throws TrackerException if the server is away or does not answer; what was not sent is sent
  ///   by the next call
  void send(@Nullable RunEnd end, Artifacts stored) throws IOException {
    try {
      if (known == null) {
        connect();
      }
      sendValues();
      if (end != null) {
        server.setEnded(link.runId(), end);
      }
      if (storesFiles) {
        sendFiles(RunArtifacts.of(run, stored, end != null));
      }
    } catch (TrackerException e) {
      known = null; // it may come back without the run, or as another server
      throw e;
    }
  }

  private void connect() throws IOException {
    var history = RunHistory.read(run);
    long startMs = startMs(history.sessions());
    var found = found();
    isNew = found == null;
    if (found == null) {
      found = create(startMs);
    }
    histories.clear();
    tail = new MetricsTail(run, startMs);
    server.setRunning(link.runId());
    new RunSettings(config, history.sessions()).send(server, link.runId(), found.params(), notes);
    known = found;
    if (!isAnnounced) {
      isAnnounced = true;
      notes.accept(
          "MLflow: %s/#/experiments/%s/runs/%s"
              .formatted(address, found.experiment(), link.runId()));
    }
  }

  /// The run that this folder has been sent to; null if there is none, or not any more.
  private MlflowServer.@Nullable Known found() throws IOException {
    if (link.runId().isEmpty()) {
      return null;
    }
    try {
      return server.run(link.runId());
    } catch (TrackerException e) {
      if (!e.isMissing()) {
        throw e;
      }
      keep(MlflowLink.fresh(address));
      return null;
    }
  }

  private MlflowServer.Known create(long startMs) {
    keep(link); // its key, before there is a run that has it
    var settings = config.track();
    var experiment = server.experiment(settings.experiment());
    var id =
        server
            .find(experiment, KEY_TAG, link.key())
            .orElseGet(
                () -> server.create(experiment, name(), startMs, Map.of(KEY_TAG, link.key())));
    keep(link.withRun(id));
    return server.run(id);
  }

  private String name() {
    var given = config.track().runName();
    return given != null
        ? given
        : Objects.requireNonNull(run.toAbsolutePath().normalize().getFileName()).toString();
  }

  private void keep(MlflowLink changed) {
    link = changed;
    try {
      link.write(run);
    } catch (IOException e) {
      notes.accept(
          "MLflow: cannot write %s/mlflow.json: %s; a resumed run would be another run at MLflow"
              .formatted(run, IoReason.of(e)));
    }
  }

  private static long startMs(List<RunSession> sessions) {
    var started = sessions.isEmpty() ? null : sessions.getFirst().text(RunSession.Fact.STARTED_AT);
    try {
      return started == null ? System.currentTimeMillis() : Instant.parse(started).toEpochMilli();
    } catch (DateTimeParseException e) {
      return System.currentTimeMillis();
    }
  }

  private void sendValues() throws IOException {
    var lines = Objects.requireNonNull(tail);
    for (var chunk = lines.next(); !chunk.isEmpty(); chunk = lines.next()) {
      var values = new ArrayList<MlflowServer.Value>();
      for (var line : chunk.entries()) {
        values.addAll(newValues(line));
      }
      for (var part : parts(values)) {
        TrackerException.noteIfRefused(() -> server.logValues(link.runId(), part), notes);
      }
      lines.accept(chunk);
    }
  }

  /// The values of a line; none if the server has them, of an earlier start of this run. The line's
  /// main value comes last: a server that has it has them all.
  private List<MlflowServer.Value> newValues(MetricsTail.Entry line) {
    var scalars = MlflowNames.valid(line.scalars());
    scalars.values().removeIf(value -> !Double.isFinite(value));
    if (scalars.isEmpty()) {
      return List.of();
    }
    var main =
        scalars.keySet().stream()
            .filter(name -> name.equals("loss/total") || name.endsWith("/segMiou"))
            .findFirst()
            .orElse(scalars.sequencedKeySet().getLast());
    scalars.putLast(main, Objects.requireNonNull(scalars.get(main)));
    if (!isNew && scalars.get(main).equals(history(main).get(line.step()))) {
      return List.of();
    }
    var values = new ArrayList<MlflowServer.Value>();
    scalars.forEach((name, value) ->
        values.add(new MlflowServer.Value(name, value, line.timeMs(), line.step())));
    return values;
  }

  private Map<Long, Double> history(String name) {
    return histories.computeIfAbsent(name, _ -> server.history(link.runId(), name));
  }

  private void sendFiles(List<RunArtifacts.Stored> files) {
    for (var file : files) {
      if (file.stamp().equals(link.files().get(file.path()))) {
        continue;
      }
      var place = Objects.requireNonNull(known);
      try {
        server.upload(link.runId(), place, run.resolve(file.path()), file.folder());
      } catch (TrackerException e) {
        if (place.storesFiles() && !e.isOfClient()) {
          throw e;
        }
        storesFiles = false; // of this program
        notes.accept(
            place.storesFiles()
                ? "MLflow does not store the run's files: " + e.getMessage()
                : ("MLflow's files are in %s, which is reached through MLflow's command line (pip"
                        + " install mlflow), and that failed: %s")
                    .formatted(place.artifacts(), e.getMessage()));
        return;
      }
      keep(link.withFile(file.path(), file.stamp()));
    }
  }

  private static List<List<MlflowServer.Value>> parts(List<MlflowServer.Value> all) {
    var parts = new ArrayList<List<MlflowServer.Value>>();
    for (int from = 0; from < all.size(); from += MlflowServer.MOST_VALUES) {
      parts.add(all.subList(from, Math.min(all.size(), from + MlflowServer.MOST_VALUES)));
    }
    return parts;
  }

  @Override
  public void close() {
    server.close();
  }
}
