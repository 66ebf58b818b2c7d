package toco.track;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import toco.config.TrackConfig.Artifacts;

/// The files of a run's folder that are stored with it.
final class RunArtifacts {
  private static final List<String> CHANGING =
      List.of("config.yaml", "metrics.jsonl", "sessions.jsonl", "report.html");

  private static final String CHECKPOINTS = "checkpoints";

  private RunArtifacts() {}

  /// @param path in the folder, with slashes
  /// @param stamp size and time: another one means another content
  record Stored(String path, String stamp) {
    /// Its folder in the run's; empty: none.
    String folder() {
      return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }
  }

  /// Those that are there now.
  ///
  /// @param isLast whether the run has ended; before, only what does not change any more
  static List<Stored> of(Path run, Artifacts chosen, boolean isLast) throws IOException {
    if (chosen == Artifacts.NONE) {
      return List.of();
    }
    var files = new ArrayList<Path>();
    if (isLast) {
      CHANGING.forEach(name -> files.add(run.resolve(name)));
      for (var results : list(run.resolve("eval"))) {
        files.add(results.resolve("eval.json"));
      }
    }
    files.addAll(list(run.resolve("overlays")));
    if (isLast && chosen == Artifacts.ALL) {
      files.addAll(list(run.resolve(CHECKPOINTS)));
    }
    var stored = new ArrayList<Stored>();
    for (var file : files) {
      boolean isHidden = file.getFileName().toString().startsWith(".");
      if (Files.isRegularFile(file) && !isHidden) { // such as one that is just being written
        var stamp = Files.size(file) + " bytes " + Files.getLastModifiedTime(file);
        stored.add(new Stored(run.relativize(file).toString().replace('\\', '/'), stamp));
      }
    }
    return stored;
  }

  static long bytesOfCheckpoints(Path run) {
    try {
      return list(run.resolve(CHECKPOINTS)).stream().mapToLong(it -> it.toFile().length()).sum();
    } catch (IOException e) {
      return 0; // they cannot be stored either
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
