package toco.reproduce;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.StateDict;
import toco.config.ConfigException;
import toco.config.Split;
import toco.data.DataCheck;
import toco.data.DataReport;
import toco.data.SplitReport;
import toco.download.DownloadException;
import toco.download.DownloadProgress;
import toco.files.FreeSpace;
import toco.files.Sha256;
import toco.model.Network;
import toco.recipe.Objective;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.weights.WeightsCache;

/// Checks data, weights and disk before a training, and reports everything that is wrong, not only
/// the first problem.
final class Preflight {
  private static final int CHECKPOINTS_AT_ONCE = 3; // two are kept while a third one is written
  private static final int TENSORS_PER_WEIGHT = 3; // the weight and AdamW's two moments

  private Preflight() {}

  /// @param resumed whether the run has been started before: then only the headers of images are
  ///   read
  /// @param download is notified if pretrained weights must be downloaded
  static PreflightReport run(
      Plan plan, boolean resumed, DataCheck.Progress progress, DownloadProgress download) {
    var data =
        DataCheck.run(plan.scoring(), resumed, progress); // generates a synthetic data set first
    var checks = new ArrayList<PreflightCheck>();
    var missing = Missing.of(plan);
    checks.addAll(missing.checks());
    settings(plan, checks);
    checks.addAll(ListCheck.run(plan));
    masks(data, checks);
    try (var _ = TensorScope.open();
        var objective = Recipes.of(plan.training()).objective(Device.CPU)) {
      if (!missing.weights()) {
        checks.add(weights(plan, objective.network(), download));
      }
      checks.add(disk(plan.runDir(), objective, resumed));
    }
    return new PreflightReport(checks, data);
  }

  private static void settings(Plan plan, List<PreflightCheck> checks) {
    if (plan.dryRun()) {
      checks.add(
          PreflightCheck.note(
              "dry run: synthetic shapes and a small network without pretrained weights"));
    } else {
      var published = plan.recipe().published();
      checks.add(
          PreflightCheck.note(
              "%s images per step in one process; published: %s processes with %s each"
                  .formatted(
                      plan.training().train().samplesPerProcess(),
                      published.processes(),
                      published.samplesPerProcess())));
    }
    for (var difference : plan.departures()) {
      checks.add(
          PreflightCheck.note(
              "%s is %s, but %s in the recipe: results are less comparable"
                  .formatted(difference.key(), difference.value(), difference.other())));
    }
  }

  /// Training does not need masks, scores do.
  private static void masks(DataReport data, List<PreflightCheck> checks) {
    for (var split : data.splits()) {
      if (split.split() == Split.VAL && split.images() > 0) {
        checks.add(masks(split));
      }
    }
  }

  private static PreflightCheck masks(SplitReport split) {
    return split.masks() == split.images()
        ? PreflightCheck.ok(
            String.format(
                Locale.ROOT, "masks of all %,d images of %s", split.images(), split.source()))
        : PreflightCheck.error(
            String.format(
                Locale.ROOT,
                "masks of only %,d of the %,d images of %s; scores need all of them, see"
                    + " data.maskDir",
                split.masks(),
                split.images(),
                split.source()));
  }

  private static PreflightCheck weights(Plan plan, Network model, DownloadProgress download) {
    try {
      var file = WeightsCache.ofProcess().pretrained(plan.training().model(), download);
      return weights(plan, model, file);
    } catch (DownloadException | IllegalArgumentException e) { // get:NAME
      return PreflightCheck.error("weights: " + e.getMessage());
    }
  }

  private static PreflightCheck weights(Plan plan, Network model, @Nullable Path file) {
    if (file == null) { // of a dry run
      return PreflightCheck.ok("no pretrained weights: the network is trained from scratch");
    }
    try {
      var loaded = StateDict.loadEncoder(file, model.params().all(), plan.training().model());
      var published = plan.recipe().weightsSha256();
      if (Files.isDirectory(file)) {
        return PreflightCheck.note(
            "%s: fits, but is a folder, not the published file, whose SHA-256 starts with %s"
                .formatted(loaded, published));
      }
      var sha256 = Sha256.ofFile(file);
      return sha256.startsWith(published)
          ? PreflightCheck.ok("%s, SHA-256 %s, as published".formatted(loaded, sha256))
          : PreflightCheck.note(
              "%s, SHA-256 %s: fits, but is not the published file, whose SHA-256 starts with %s"
                  .formatted(loaded, sha256, published));
    } catch (CheckpointException | ConfigException e) {
      return PreflightCheck.error("weights: " + e.getMessage());
    } catch (IOException e) {
      return PreflightCheck.error("weights: %s cannot be read: %s".formatted(file, e));
    }
  }

  private static PreflightCheck disk(Path runDir, Objective objective, boolean resumed) {
    long state = objective.state().values().stream().mapToLong(Tensor::numel).sum();
    double needed = 4.0 * (TENSORS_PER_WEIGHT * objective.network().params().count() + state);
    needed *= resumed ? 1 : CHECKPOINTS_AT_ONCE;
    try {
      double free = FreeSpace.of(runDir);
      var text =
          String.format(
              Locale.ROOT,
              "%.2f GB free for %s, checkpoints need up to %.2f GB",
              free * 1e-9,
              runDir,
              needed * 1e-9);
      return free >= needed
          ? PreflightCheck.ok(text)
          : PreflightCheck.error(text + "; free some space or choose another --run-dir");
    } catch (IOException e) {
      return PreflightCheck.error(
          "cannot get the free space of the disk of %s: %s".formatted(runDir, e));
    }
  }
}
