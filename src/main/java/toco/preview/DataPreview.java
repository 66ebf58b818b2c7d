package toco.preview;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.batch.BatchSource;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.host.Devices;
import toco.preview.PreviewSample.Place;
import toco.preview.PreviewSample.Unreadable;
import toco.recipes.Recipes;

/// Writes a web page of training samples exactly as training sees them: the first samples of an
/// epoch in training order, with the views of their recipe and image boxes, and ToCo's local crops.
///
/// Equal configurations give equal pages, byte for byte.
public final class DataPreview {
  private DataPreview() {}

  /// The options of a user.
  ///
  /// @param out the folder to write; it must be empty or missing
  /// @param samples number of samples to show, at least 1; an epoch may have fewer
  /// @param epoch counted from 0
  /// @param checkpoint weights for the auxiliary CAM that places the local crops; null: crops are
  ///   placed as if every pixel were uncertain
  /// @param force whether to write into a folder that is not empty
  public record Options(
      Path out, int samples, int epoch, @Nullable Path checkpoint, boolean force) {
    public Options {
      if (samples < 1) {
        throw new IllegalArgumentException("samples must be ≥ 1, got " + samples);
      }
      if (epoch < 0) {
        throw new IllegalArgumentException("epoch must be ≥ 0, got " + epoch);
      }
    }
  }

  /// What was written.
  ///
  /// @param page the page's file
  /// @param samples number of samples on it
  /// @param unreadable names of samples whose images cannot be read; the page shows why
  public record Result(Path page, int samples, List<String> unreadable) {
    public Result {
      unreadable = List.copyOf(unreadable);
    }
  }

  /// Writes the page and its pictures.
  ///
  /// @throws IllegalArgumentException if the folder is not empty, or there is a checkpoint but the
  ///   recipe has no local crops
  /// @throws toco.data.DataException if the data set cannot be opened
  /// @throws toco.checkpoint.CheckpointException if the checkpoint's weights cannot be used
  public static Result write(Config config, Options options) {
    var views = Recipes.of(config).views();
    requireCrops(config, options, views);
    var device = Devices.prepare(config.train());
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var source = BatchSource.of(config, dataset, device).withViews(views);
    try (var rois =
        options.checkpoint() == null
            ? null
            : CheckpointRois.load(options.checkpoint(), config, device)) {
      var folder = PreviewFolder.claim(options.out(), options.force());
      try (var drawer = new SampleDrawer(config, source, folder, rois)) {
        var samples =
            places(source, options).stream()
                .map(place -> drawer.draw(place, options.epoch()))
                .toList();
        var page = folder.writePage(new PreviewPage(config, source, options, samples).html());
        return new Result(page, samples.size(), unreadable(samples));
      }
    }
  }

  private static void requireCrops(Config config, Options options, ViewSampler views) {
    if (options.checkpoint() != null
        && views.shown().stream().noneMatch(ViewSampler.Shown::hasLocalCrops)) {
      throw new IllegalArgumentException(
          "--checkpoint is for placing local crops, which recipe %s does not have; remove it"
              .formatted(config.recipe()));
    }
  }

  /// The first samples of the epoch.
  private static List<Place> places(BatchSource source, Options options) {
    var sampler = source.sampler();
    int batchSize = sampler.batchSize();
    int count = Math.min(options.samples(), sampler.batchesPerEpoch() * batchSize);
    long firstBatch = (long) options.epoch() * sampler.batchesPerEpoch();
    if (firstBatch > Integer.MAX_VALUE - count) {
      throw new IllegalArgumentException(
          "epoch %s starts at step %s, beyond the largest possible step; name an earlier one"
              .formatted(options.epoch(), firstBatch));
    }
    var places = new ArrayList<Place>();
    for (int i = 0; i < count; i++) {
      var batch = sampler.batchAt(firstBatch + i / batchSize);
      int position = i % batchSize;
      places.add(
          new Place(
              i + 1,
              Math.toIntExact(batch.step()),
              batch.firstPosition() + position,
              batch.indices()[position]));
    }
    return places;
  }

  private static List<String> unreadable(List<PreviewSample> samples) {
    return samples.stream().filter(Unreadable.class::isInstance).map(PreviewSample::name).toList();
  }
}
