package toco.track;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import toco.files.AtomicFile;
import toco.files.Json;
import tools.jackson.core.JacksonException;

/// `mlflow.json` in a run's folder: which run at which server it is, so that a resumed run
/// continues that one.
///
/// @param server its address
/// @param key a tag of MLflow's run, by which it is found if the answer to its creation was lost
/// @param runId MLflow's; empty: not known yet
/// @param files those that the server has, by path in the folder, with size and time
record MlflowLink(String server, String key, String runId, Map<String, String> files) {
  private static final String NAME = "mlflow.json";

  MlflowLink {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
  }

  /// That of a folder, or another one if the folder has none for this server.
  static MlflowLink of(Path run, String server) {
    try {
      var json = Json.MAPPER.readTree(Files.readString(run.resolve(NAME)));
      if (json.path("server").asString("").equals(server)) {
        var files = new LinkedHashMap<String, String>();
        json.path("files")
            .properties()
            .forEach(it -> files.put(it.getKey(), it.getValue().asString("")));
        return new MlflowLink(
            server, json.path("key").asString(""), json.path("runId").asString(""), files);
      }
    } catch (IOException | JacksonException e) {
      // none, or not one of ours: begin one
    }
    return fresh(server);
  }

  /// The link to a run that does not exist yet.
  static MlflowLink fresh(String server) {
    return new MlflowLink(server, UUID.randomUUID().toString(), "", Map.of());
  }

  MlflowLink withRun(String id) {
    return new MlflowLink(server, key, id, files);
  }

  MlflowLink withFile(String path, String stamp) {
    var more = new LinkedHashMap<>(files);
    more.put(path, stamp);
    return new MlflowLink(server, key, runId, more);
  }

  void write(Path run) throws IOException {
    var text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    AtomicFile.write(run.resolve(NAME), text.getBytes(StandardCharsets.UTF_8));
  }
}
