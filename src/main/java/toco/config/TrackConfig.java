package toco.config;

import static toco.config.ValueChecks.invalid;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `track.*`: reporting a run to an experiment tracker. These keys do not change what is computed,
/// and a tracker that does not answer never stops a run.
///
/// @param mlflow address of an MLflow server, such as `http://127.0.0.1:5000`, or `env`: that of
///   `MLFLOW_TRACKING_URI`; absent: the run is not reported. Name and password are taken from
///   `MLFLOW_TRACKING_USERNAME` and `MLFLOW_TRACKING_PASSWORD`, or `MLFLOW_TRACKING_TOKEN`
/// @param experiment MLflow's experiment; created if it does not exist
/// @param runName MLflow's name for the run; absent: the name of the run's folder
/// @param tags further tags of the run, each `NAME=VALUE`
/// @param artifacts files to store with the run: `none`; `reports` (configuration, metrics,
///   pictures, `report.html`, `eval.json`); or `all`, which adds the checkpoints at the end
public record TrackConfig(
    @Default("null") @Nullable String mlflow,
    @Default("toco") String experiment,
    @Default("null") @Nullable String runName,
    @Default("[]") List<String> tags,
    @Default("reports") Artifacts artifacts) {
  private static final String ENVIRONMENT = "env";
  private static final String VARIABLE = "MLFLOW_TRACKING_URI";
  private static final String KEY = "track.mlflow";

  /// Which files of a run are stored.
  public enum Artifacts {
    NONE,
    REPORTS,
    ALL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public TrackConfig {
    if (mlflow != null && !mlflow.equals(ENVIRONMENT)) {
      server(KEY, mlflow);
    }
    if (experiment.isBlank()) {
      throw invalid("track.experiment", "a name", "'" + experiment + "'");
    }
    if (runName != null && runName.isBlank()) {
      throw invalid("track.runName", "a name or null", "'" + runName + "'");
    }
    tags = List.copyOf(tags);
    for (var tag : tags) {
      if (tag.indexOf('=') <= 0) {
        throw invalid("track.tags", "NAME=VALUE each, such as team=vision", tag);
      }
    }
  }

  /// The address of the MLflow server, without a slash at its end; null: the run is not reported.
  ///
  /// @param environment of the process
  /// @throws ConfigException if `track.mlflow` is `env` and the variable has no such address
  public @Nullable String mlflowServer(Map<String, String> environment) {
    if (mlflow == null || !mlflow.equals(ENVIRONMENT)) {
      return mlflow == null ? null : server(KEY, mlflow);
    }
    var value = environment.getOrDefault(VARIABLE, "").strip();
    if (value.isEmpty()) {
      throw new ConfigException(
          KEY,
          "track.mlflow is env, but MLFLOW_TRACKING_URI is not set; export it, or name a"
              + " server such as track.mlflow=http://127.0.0.1:5000");
    }
    return server("MLFLOW_TRACKING_URI", value);
  }

  /// `tags` by name; of several with one name the last.
  public Map<String, String> tagValues() {
    var values = new LinkedHashMap<String, String>();
    for (var tag : tags) {
      int equals = tag.indexOf('=');
      values.put(tag.substring(0, equals).strip(), tag.substring(equals + 1).strip());
    }
    return values;
  }

  private static String server(String key, String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw notAServer(key, text);
    }
    if (uri.getRawUserInfo() != null) { // which would be in every config.yaml and checkpoint
      throw new ConfigException(
          KEY,
          key
              + " holds a user name or password, which would be saved with the run; remove it, and"
              + " set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD instead");
    }
    boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!isHttp || uri.getHost() == null || uri.getQuery() != null || uri.getFragment() != null) {
      throw notAServer(key, text);
    }
    return text.replaceFirst("/+$", "");
  }

  private static ConfigException notAServer(String key, String text) {
    return new ConfigException(
        KEY,
        ("%s must be the address of an MLflow server, such as http://127.0.0.1:5000, got '%s'; for"
                + " a folder or database, start one: mlflow server --backend-store-uri %s")
            .formatted(key, text, text.contains(":") && !text.startsWith("http") ? text : "URI"));
  }
}
