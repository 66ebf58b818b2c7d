package toco.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.config.SyntheticConfig;

/// Options of the demo.
///
/// @param configs the folder of the configuration files
/// @param dir the run's folder; null: the default folder, numbered if it is in use
/// @param seed the run's seed; null: the configuration's
/// @param overrides changes to the configuration; they take precedence over everything else
public record DemoOptions(
    Path configs, @Nullable Path dir, @Nullable Long seed, Overrides overrides) {
  private static final int MAX_NUMBER = 10_000;

  public DemoOptions {}

  /// The configuration of a run, from the file of the recipe that the overrides set.
  ///
  /// A folder that the user names is used as it is, and rejected later if it contains a run. The
  /// default folder gets a number if it is in use. Runs share the data set of the configuration
  /// file; with other `data.synthetic` options the data set gets its own folder next to it.
  ///
  /// @param name of the configuration file for ToCo; those of other recipes add theirs
  Config config(String name) {
    var config = load(name);
    return settings().has("run.dir")
        ? config
        : config.with(Overrides.of("run.dir", firstFree(config.run().dir())));
  }

  /// The same with the run's folder as the file or the user names it, in use or not.
  Config load(String name) {
    var all = settings();
    var path = configs.resolve(fileName(name, all));
    var config = Config.load(path, all);
    var data = config.data();
    boolean asInFile = data.synthetic().equals(Config.load(path, List.of()).data().synthetic());
    return asInFile || all.has("data.root")
        ? config
        : config.with(
            Overrides.of("data.root", data.root().resolveSibling(name(data.synthetic()))));
  }

  private static String fileName(String name, Overrides all) {
    var set = all.last("recipe").orElse("");
    for (var recipe : RecipeName.values()) {
      if (recipe != Config.defaults().recipe() && recipe.toString().equals(set)) {
        return "%s_%s.yaml".formatted(name, recipe);
      }
    }
    return name + ".yaml"; // also of an unknown recipe, which the configuration refuses
  }

  /// The same for a recipe: changes of keys that it does not have are left out.
  DemoOptions of(RecipeName recipe) {
    var ofRecipe = Overrides.of("recipe", recipe).plus(overrides.onlyFor(recipe));
    return new DemoOptions(configs, dir, seed, ofRecipe);
  }

  /// The same with changes that the user's take precedence over.
  DemoOptions with(Overrides earlier) {
    return new DemoOptions(configs, dir, seed, earlier.plus(overrides));
  }

  /// Everything that the user sets.
  Overrides settings() {
    var all = Overrides.NONE;
    if (seed != null) {
      all = all.plus("run.seed", seed);
    }
    if (dir != null) {
      all = all.plus("run.dir", dir);
    }
    return all.plus(overrides);
  }

  private static String name(SyntheticConfig data) {
    return "synthetic-%s-%s-%s-%s-seed%s"
        .formatted(
            data.variant(), data.trainImages(), data.valImages(), data.testImages(), data.seed());
  }

  /// The folder itself if it is free, else with the first free number from 2 on appended.
  static Path firstFree(Path wanted) {
    return first(wanted, candidate -> !holdsFiles(candidate));
  }

  /// The folder itself if it is suitable, else the first suitable numbered one.
  static Path first(Path wanted, Predicate<Path> isSuitable) {
    for (int number = 1; number < MAX_NUMBER; number++) {
      var candidate =
          number == 1 ? wanted : wanted.resolveSibling(wanted.getFileName() + "-" + number);
      if (isSuitable.test(candidate)) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "%s and %s numbered folders next to it are in use; delete some or name a folder with --dir"
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
