package toco.track;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import toco.config.Config;
import toco.run.LogLine;
import toco.run.RunSession;

/// What a run was made with, as MLflow's parameters and tags.
final class RunSettings {
  private static final int LONGEST = 6000;
  private static final int LONGEST_OLD = 500; // of servers before MLflow 2.8, and of tags

  /// The configuration, without where the run is and is sent to.
  private final Map<String, String> params = new LinkedHashMap<>();

  private final Map<String, String> tags = new LinkedHashMap<>();

  /// @param sessions the last one is the present one
  RunSettings(Config config, List<RunSession> sessions) {
    MlflowNames.valid(config.toMap())
        .forEach((key, value) -> {
          if (!key.startsWith("track.") && !key.equals("run.dir")) {
            params.put(key, value);
          }
        });
    var facts = new LinkedHashMap<String, String>();
    facts.put("mlflow.source.name", "toco");
    if (!sessions.isEmpty()) {
      sessions.getLast().toJson().forEach((fact, value) -> facts.put(fact, value.toString()));
      facts.remove(LogLine.STEP);
      var commit = sessions.getLast().text(RunSession.Fact.COMMIT);
      if (commit != null) {
        facts.put("mlflow.source.git.commit", commit);
      }
    }
    facts.putAll(config.track().tagValues());
    tags.putAll(MlflowNames.valid(facts));
  }

  /// Sends what the server does not have.
  ///
  /// @param has the parameters that it has, which cannot change: what a resumed run changed becomes
  ///   a tag
  /// @param notes receives what the server refuses
  void send(MlflowServer server, String run, Map<String, String> has, Consumer<String> notes) {
    var missing = new LinkedHashMap<String, String>();
    params.forEach((key, value) -> {
      var before = has.get(key);
      if (before == null) {
        missing.put(key, value);
      } else if (!isSame(before, value)) {
        tags.put("resumed." + key, value);
      }
    });
    for (var part : parts(missing)) {
      try {
        server.logParams(run, cut(part, LONGEST));
      } catch (TrackerException e) {
        if (!e.isRefusal()) {
          throw e;
        }
        TrackerException.noteIfRefused(() -> server.logParams(run, cut(part, LONGEST_OLD)), notes);
      }
    }
    for (var part : parts(tags)) {
      TrackerException.noteIfRefused(() -> server.setTags(run, cut(part, LONGEST_OLD)), notes);
    }
  }

  /// Whether a value is the one that the server has, as far as it has it.
  private static boolean isSame(String before, String value) {
    return before.equals(MlflowNames.cut(value, LONGEST))
        || before.equals(MlflowNames.cut(value, LONGEST_OLD));
  }

  private static Map<String, String> cut(Map<String, String> values, int longest) {
    var cut = new LinkedHashMap<String, String>();
    values.forEach((key, value) -> cut.put(key, MlflowNames.cut(value, longest)));
    return cut;
  }

  /// As many as a request may have.
  private static List<Map<String, String>> parts(Map<String, String> all) {
    var parts = new ArrayList<Map<String, String>>();
    all.forEach((key, value) -> {
      if (parts.isEmpty() || parts.getLast().size() == MlflowServer.MOST_PARAMS) {
        parts.add(new LinkedHashMap<>());
      }
      parts.getLast().put(key, value);
    });
    return parts;
  }
}
