package toco.batch;

import toco.config.Config;
import toco.config.DataConfig.OnBadSample;
import toco.data.Dataset;
import toco.data.EpochSampler;
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
    long seed = config.run().seed();
    var train = config.train();
    return new BatchSource(
        dataset,
        new EpochSampler(seed, dataset.size(), train.samplesPerProcess(), 0, 1),
        new Augmentation(config.augment(), train.compat(), seed),
        config.augment().cropSizePx(),
        device,
        config.data().onBadSample(),
        seed);
  }
}
