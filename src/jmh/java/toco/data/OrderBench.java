package toco.data;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import toco.Bench;

/// Which samples a batch takes, for VOC's 10,582 training images.
public class OrderBench extends Bench {
  private static final int SAMPLES = 10_582;
  private static final int BATCH_SIZE = 4;

  private final EpochSampler sampler =
      new EpochSampler(0, SAMPLES, StepDivision.undivided(BATCH_SIZE));
  private long step;

  /// Batch after batch, which each loader thread asks for once a sample: guards that the order of
  /// an epoch is kept rather than made again.
  @Benchmark
  public EpochSampler.Batch batchAt() {
    return sampler.batchAt(step++ % sampler.batchesPerEpoch());
  }

  /// A batch of another epoch each time: guards the shuffling of a whole epoch, over which every
  /// loader thread of a new epoch waits.
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public EpochSampler.Batch batchOfANewEpoch() {
    step += sampler.batchesPerEpoch();
    return sampler.batchAt(step % Integer.MAX_VALUE);
  }
}
