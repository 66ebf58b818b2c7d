package toco.batch;

import toco.config.Config;
import toco.config.DataConfig.OnBadSample;
import toco.data.Dataset;
import toco.data.EpochSampler;
import toco.data.StepDivision;
import toco.data.WeakLabels;
import toco.torch.Device;

/// Everything that determines the batches of a run. Immutable; safe for use by several threads.
///
/// @param dataset images and labels
/// @param sampler chooses the samples of each batch
/// @param augmentation draws the random views of a sample
/// @param cropSizePx side of the views in px
/// @param device device of the batches, on which images are augmented
/// @param onBadSample what to do with a sample that cannot be read
/// @param seed the run's seed
/// @param weak hints and boxes of the images
public record BatchSource(
    Dataset dataset,
    EpochSampler sampler,
    ViewSampler augmentation,
    int cropSizePx,
    Device device,
    OnBadSample onBadSample,
    long seed,
    WeakLabels weak) {

  /// The batches of a configuration, with ToCo's views, in a single process.
  public static BatchSource of(Config config, Dataset dataset, Device device) {
    return of(config, dataset, WeakLabels.open(config.data(), dataset), device, 0, 1);
  }

  /// The batches of a configuration, in one of several processes.
  ///
  /// @param weak hints and boxes of the images
  /// @param rank rank of this process, 0…processes−1
  public static BatchSource of(
      Config config, Dataset dataset, WeakLabels weak, Device device, int rank, int processes) {
    long seed = config.run().seed();
    var train = config.train();
    var division =
        new StepDivision(train.samplesPerProcess(), rank, processes, train.gradientAccumulation());
    return new BatchSource(
        dataset,
        new EpochSampler(seed, dataset.size(), division),
        Augmentation.of(config),
        config.augment().cropSizePx(),
        device,
        config.data().onBadSample(),
        seed,
        weak);
  }

  /// The same batches with views of another recipe.
  public BatchSource withViews(ViewSampler views) {
    return new BatchSource(dataset, sampler, views, cropSizePx, device, onBadSample, seed, weak);
  }
}
