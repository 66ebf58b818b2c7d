package toco.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import toco.files.Sha256;

/// The runs in a folder and in the folders in it. Requests name them by ids that are looked up in a
/// table.
final class ShownRuns {
  private static final int DEPTH = 3;
  private static final int MAX_RUNS = 500;
  private static final int MAX_FOLDERS = 5000;
  private static final int ID_LENGTH = 12;

  private final List<Path> roots;
  private Map<String, ShownRun> byId = Map.of();

  /// @param roots runs, and folders of runs
  ShownRuns(List<Path> roots) {
    this.roots = List.copyOf(roots);
  }

  boolean isEmpty() {
    return roots.isEmpty();
  }

  /// Looks for runs.
  synchronized List<ShownRun> all() {
    var found = new LinkedHashMap<String, ShownRun>();
    var folders = new int[] {MAX_FOLDERS};
    for (var root : roots) {
      look(root, root, DEPTH, folders, found);
    }
    byId = found;
    return List.copyOf(found.values());
  }

  Optional<ShownRun> find(String id) {
    synchronized (this) {
      var known = byId.get(id);
      if (known != null) {
        return Optional.of(known);
      }
    }
    return all().stream().filter(run -> run.id().equals(id)).findFirst();
  }

  private void look(Path root, Path folder, int depth, int[] folders, Map<String, ShownRun> found) {
    if (depth == 0 || found.size() >= MAX_RUNS || --folders[0] < 0) {
      return;
    }
    if (Files.isRegularFile(folder.resolve("config.yaml"))) {
      var id = Sha256.of(folder.toString().getBytes(StandardCharsets.UTF_8));
      var name = folder.equals(root) ? folder.getFileName() : root.relativize(folder);
      var shortId = id.substring(0, ID_LENGTH);
      var known = byId.get(shortId);
      found.put(shortId, known != null ? known : new ShownRun(shortId, name.toString(), folder));
      return;
    }
    for (var child : children(folder)) {
      look(root, child, depth - 1, folders, found);
    }
  }

  private static List<Path> children(Path folder) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
      var children = new ArrayList<Path>();
      entries.forEach(children::add);
      children.sort(null);
      return children;
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // a folder that is gone, or that this user may not read
    }
  }
}
