package toco.batch;

import toco.config.Config;
import toco.config.DataConfig.OnBadSample;
import toco.data.Dataset;
import toco.data.EpochSampler;
import toco.data.StepDivision;
import toco.torch.Device;

/// What batches are made of, and how. Immutable; safe for use by several threads.
///
/// @param dataset images and labels
/// @param sampler which samples make up each step's batch
/// @param augmentation their random views
/// @param cropSizePx side of the views
/// @param device where batches are wanted, and images are augmented
/// @param onBadSample what becomes of a sample that cannot be read
/// @param seed the run's
public record BatchSource(
    Dataset dataset,
    EpochSampler sampler,
    Augmentation augmentation,
    int cropSizePx,
    Device device,
    OnBadSample onBadSample,
    long seed) {

  /// The batches that a configuration asks for, in one process.
  public static BatchSource of(Config config, Dataset dataset, Device device) {
    return of(config, dataset, device, 0, 1);
  }

  /// The batches that a configuration asks for, in one of several processes.
  ///
  /// @param rank this one, 0…processes−1
  public static BatchSource of(
      Config config, Dataset dataset, Device device, int rank, int processes) {
    long seed = config.run().seed();
    var train = config.train();
    var division =
        new StepDivision(train.samplesPerProcess(), rank, processes, train.gradientAccumulation());
    return new BatchSource(
        dataset,
        new EpochSampler(seed, dataset.size(), division),
        new Augmentation(config.augment(), train.compat(), seed),
        config.augment().cropSizePx(),
        device,
        config.data().onBadSample(),
        seed);
  }
}
