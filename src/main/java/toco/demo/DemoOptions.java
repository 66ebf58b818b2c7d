package toco.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.SyntheticConfig;

/// Options of the demo.
///
/// @param configs the folder of the configuration files
/// @param dir the run's folder; null: the default folder, numbered if it is in use
/// @param seed the run's seed; null: the configuration's
/// @param overrides `key=value`, which override everything else
public record DemoOptions(
    Path configs, @Nullable Path dir, @Nullable Long seed, List<String> overrides) {
  private static final int MAX_NUMBER = 10_000;

  public DemoOptions {
    overrides = List.copyOf(overrides);
  }

  /// The configuration of a run.
  ///
  /// A folder that the user names is used as it is, and rejected later if it contains a run. The
  /// default folder gets a number if it is in use. Runs share the data set of the configuration
  /// file; with other `data.synthetic` options the data set gets its own folder next to it.
  ///
  /// @param file the configuration's file name
  /// @param defaultDir the run's folder if the user names none; null: the configuration's
  Config config(String file, @Nullable Path defaultDir) {
    var all = new ArrayList<String>();
    if (seed != null) {
      all.add("run.seed=" + seed);
    }
    if (dir != null) {
      all.add("run.dir=" + dir);
    }
    all.addAll(overrides);
    var path = configs.resolve(file);
    var config = Config.load(path, all);
    var runDir = config.run().dir();
    if (dir == null && !isSet("run.dir")) {
      runDir = firstFree(defaultDir == null ? runDir : defaultDir);
    }
    config = config.with("run.dir=" + runDir);
    var data = config.data();
    boolean asInFile = data.synthetic().equals(Config.load(path, List.of()).data().synthetic());
    return asInFile || isSet("data.root")
        ? config
        : config.with("data.root=" + data.root().resolveSibling(name(data.synthetic())));
  }

  private boolean isSet(String key) {
    return overrides.stream().anyMatch(set -> set.strip().startsWith(key + "="));
  }

  private static String name(SyntheticConfig data) {
    return "synthetic-%s-%d-%d-%d-seed%d"
        .formatted(
            data.variant(), data.trainImages(), data.valImages(), data.testImages(), data.seed());
  }

  /// The folder itself if it is free, else with the first free number from 2 on appended.
  static Path firstFree(Path wanted) {
    for (int number = 1; number < MAX_NUMBER; number++) {
      var candidate =
          number == 1 ? wanted : wanted.resolveSibling(wanted.getFileName() + "-" + number);
      if (!holdsFiles(candidate)) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "%s and %d numbered folders next to it are in use; delete some or name a folder with --dir"
            .formatted(wanted, MAX_NUMBER));
  }

  /// Whether a folder contains anything.
  static boolean holdsFiles(Path folder) {
    if (!Files.exists(folder)) {
      return false;
    }
    try (var files = Files.list(folder)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      return true; // a file, or a folder without read permission
    }
  }
}
