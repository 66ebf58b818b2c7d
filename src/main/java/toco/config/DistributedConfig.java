package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.positive;

/// `distributed.*`: training on several processes. These keys do not change what is computed.
///
/// @param bucketMb megabytes of gradients that are all-reduced together while the backward pass
///   continues
/// @param checkEvery steps between checks that all processes have the same weights; 0: only at the
///   start
public record DistributedConfig(@Default("25") double bucketMb, @Default("500") int checkEvery) {
  private static final double MB = 1 << 20;

  public DistributedConfig {
    positive("distributed.bucketMb", bucketMb);
    atLeast("distributed.checkEvery", checkEvery, 0);
  }

  /// The bucket in bytes.
  public long bucketBytes() {
    return Math.max(1, (long) (bucketMb * MB));
  }
}
