package toco.reproduce;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Split;
import toco.prepare.PrepareListener;
import toco.prepare.PrepareOptions;
import toco.weights.WeightsCache;

/// What a run needs and does not have, and the commands that make it.
///
/// @param plan of the run
/// @param data whether a list of the data set is missing
/// @param weights whether the encoder's weights are missing
record Missing(Plan plan, boolean data, boolean weights) {
  static Missing of(Plan plan) {
    var data = plan.training().data();
    var scoring = plan.scoring();
    boolean hasLists =
        Files.isRegularFile(data.listPath(Split.TRAIN))
            && Files.isRegularFile(scoring.data().listPath(scoring.eval().split()));
    var file = plan.training().model().pretrained();
    boolean hasWeights = file != null && (WeightsCache.isName(file) || Files.exists(file));
    return new Missing(plan, !plan.dryRun() && !hasLists, !plan.dryRun() && !hasWeights);
  }

  /// A line for each, with the command.
  List<PreflightCheck> checks() {
    var checks = new ArrayList<PreflightCheck>();
    if (data) {
      checks.add(
          PreflightCheck.error(
              "the data set is missing, run: toco data prepare %s --root %s (or add --prepare)"
                  .formatted(plan.recipe().dataset(), root())));
    }
    if (weights) {
      var file = plan.training().model().pretrained();
      checks.add(
          PreflightCheck.error(
              ("the encoder's weights %s are missing, run: toco weights get %s --to %s (or add"
                      + " --prepare, or name another file with --weights)")
                  .formatted(file, plan.recipe().weights(), folder(file))));
    }
    return checks;
  }

  private static Path folder(@Nullable Path file) {
    var folder = file == null ? null : file.getParent();
    return folder == null ? Path.of(".") : folder;
  }

  private Path root() {
    return plan.training().data().root();
  }

  /// Makes the data set, if it is missing.
  ///
  /// @return the options with it, and with weights that are downloaded when they are first needed
  ReproduceOptions make(ReproduceOptions options, PrepareListener listener) {
    var made = options;
    if (data) {
      var prepare = new PrepareOptions(root(), null, true, false, options.allowDifferences());
      made = made.withData(plan.recipe().dataset().run(prepare, listener).root());
    }
    return weights ? made.withWeights(WeightsCache.named(plan.recipe().weights())) : made;
  }
}
