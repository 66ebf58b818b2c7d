package toco.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.SyntheticConfig;

/// What a user may choose about a demo.
///
/// @param configs the folder of the configuration files
/// @param dir the run's folder; null: the usual one, numbered if it is taken
/// @param seed the run's seed; null: the configuration's
/// @param overrides changes to the configuration; they take precedence over everything else
public record DemoOptions(
    Path configs, @Nullable Path dir, @Nullable Long seed, Overrides overrides) {
  private static final int MAX_NUMBER = 10_000;

  public DemoOptions {}

  /// The configuration of a run.
  ///
  /// A folder that the user names is taken as it is, and refused later if it holds a run. The usual
  /// folder gets a number when it is taken. Runs share the data set that the file names; for other
  /// `data.synthetic` options one beside it, because a folder holds one data set.
  ///
  /// @param file the configuration's file name
  /// @param usualDir the run's folder where the user names none; null: the configuration's
  Config config(String file, @Nullable Path usualDir) {
    var all = Overrides.NONE;
    if (seed != null) {
      all = all.plus("run.seed", seed);
    }
    if (dir != null) {
      all = all.plus("run.dir", dir);
    }
    all = all.plus(overrides);
    var path = configs.resolve(file);
    var config = Config.load(path, all);
    var runDir = config.run().dir();
    if (!all.has("run.dir")) {
      runDir = firstFree(usualDir == null ? runDir : usualDir);
    }
    config = config.with(Overrides.of("run.dir", runDir));
    var data = config.data();
    boolean asInFile = data.synthetic().equals(Config.load(path, List.of()).data().synthetic());
    return asInFile || all.has("data.root")
        ? config
        : config.with(
            Overrides.of("data.root", data.root().resolveSibling(name(data.synthetic()))));
  }

  private static String name(SyntheticConfig data) {
    return "synthetic-%s-%d-%d-%d-seed%d"
        .formatted(
            data.variant(), data.trainImages(), data.valImages(), data.testImages(), data.seed());
  }

  /// The folder itself, or with the first number from 2 on that is not taken.
  static Path firstFree(Path wanted) {
    for (int number = 1; number < MAX_NUMBER; number++) {
      var candidate =
          number == 1 ? wanted : wanted.resolveSibling(wanted.getFileName() + "-" + number);
      if (!holdsFiles(candidate)) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "%s and %d numbered folders beside it are taken; delete some or name a folder with --dir"
            .formatted(wanted, MAX_NUMBER));
  }

  /// Whether something is there that must not be overwritten.
  static boolean holdsFiles(Path folder) {
    if (!Files.exists(folder)) {
      return false;
    }
    try (var files = Files.list(folder)) {
      return files.findAny().isPresent();
    } catch (IOException e) {
      return true; // a file, or a folder we may not read
    }
  }
}
