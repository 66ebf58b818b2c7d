package toco.reproduce;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.config.Overrides;

/// The user's options of a reproduction.
///
/// @param configs the folder of the configuration files
/// @param data the data set's folder; null: the configuration's
/// @param weights the encoder's pretrained weights; null: the configuration's
/// @param runDir the run's folder; null: `runs/reproduce-RECIPE`
/// @param overrides changes to the configuration; they take precedence over everything else
/// @param dryRun use a small network on a synthetic data set instead of the recipe's
/// @param checkOnly stop after the checks and the measurement
/// @param allowDifferences continue even if lists differ from the published ones
public record ReproduceOptions(
    PublishedRecipe recipe,
    Path configs,
    @Nullable Path data,
    @Nullable Path weights,
    @Nullable Path runDir,
    Overrides overrides,
    boolean dryRun,
    boolean checkOnly,
    boolean allowDifferences) {
  public ReproduceOptions {
    if (dryRun && (data != null || weights != null)) {
      throw new IllegalArgumentException(
          "a dry run generates its own data and needs no weights; remove --data and --weights");
    }
  }

  ReproduceOptions withData(Path folder) {
    return new ReproduceOptions(
        recipe, configs, folder, weights, runDir, overrides, dryRun, checkOnly, allowDifferences);
  }

  ReproduceOptions withWeights(Path file) {
    return new ReproduceOptions(
        recipe, configs, data, file, runDir, overrides, dryRun, checkOnly, allowDifferences);
  }

  /// The folders and files that the user names, and then the user's own overrides.
  Overrides asOverrides() {
    var all = Overrides.NONE;
    if (runDir != null) {
      all = all.plus("run.dir", runDir);
    }
    if (data != null) {
      all = all.plus("data.root", data);
    }
    if (weights != null) {
      all = all.plus("model.pretrained", weights);
    }
    return all.plus(overrides);
  }
}
