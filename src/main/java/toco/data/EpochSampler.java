package toco.data;

import java.util.Arrays;

/// Which samples make up each batch of a run, as a pure function of (seed, epoch, rank, world
/// size).
///
/// Every epoch visits the data in a new order. The processes of a distributed run deal that order
/// out between them like cards, repeating its head where it does not come out even, so all have the
/// same number of batches; a last partial batch is dropped. Since a step alone determines its
/// batch, a resumed run goes on exactly where it stopped.
///
/// Safe for use by several threads.
public final class EpochSampler {
  /// The place of the epoch's order among the streams of [CounterRandom]; samples are counted from
  /// 0, so no sample's own draws lie here.
  private static final int ORDER_STREAM = -1;

  private final long seed;
  private final int size;
  private final int batchSize;
  private final int rank;
  private final int worldSize;
  private volatile Order latest = new Order(-1, new int[0]);

  /// One process's sampler.
  ///
  /// @param seed the run's seed, the same in all processes
  /// @param size number of samples in the data set
  /// @param batchSize samples a process
  /// @param rank this process, 0…worldSize−1
  /// @param worldSize number of processes
  public EpochSampler(long seed, int size, int batchSize, int rank, int worldSize) {
    if (worldSize < 1 || rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank must be in 0…%d of %d processes, got %d".formatted(worldSize - 1, worldSize, rank));
    }
    if (batchSize < 1) {
      throw new IllegalArgumentException("samples a process must be ≥ 1, got " + batchSize);
    }
    int share = (int) (((long) size + worldSize - 1) / worldSize);
    if (share < batchSize) {
      throw new DataException(
          ("%d samples over %d process(es) give %d each, too few for one batch of %d; "
                  + "lower train.samplesPerProcess or add images")
              .formatted(size, worldSize, share, batchSize));
    }
    this.seed = seed;
    this.size = size;
    this.batchSize = batchSize;
    this.rank = rank;
    this.worldSize = worldSize;
  }

  /// The batch of a step.
  ///
  /// @param step steps done since the start of the run, from 0
  public Batch batchAt(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step must be ≥ 0, got " + step);
    }
    int epoch = Math.toIntExact(step / batchesPerEpoch());
    int position = (int) (step % batchesPerEpoch());
    int[] order = order(epoch);
    var indices = Arrays.copyOfRange(order, position * batchSize, (position + 1) * batchSize);
    return new Batch(epoch, position, indices);
  }

  /// Samples in each of this process's batches.
  public int batchSize() {
    return batchSize;
  }

  /// Whole batches that each process takes in an epoch.
  public int batchesPerEpoch() {
    return (int) (((long) size + worldSize - 1) / worldSize) / batchSize;
  }

  /// A batch.
  ///
  /// @param epoch passes over the data completed before it
  /// @param position which batch of the epoch, from 0
  /// @param indices of its samples in the data set, in order
  @SuppressWarnings("ArrayRecordComponent") // handed on to the loader, never compared
  public record Batch(int epoch, int position, int[] indices) {}

  private int[] order(int epoch) {
    var known = latest;
    if (known.epoch() == epoch) {
      return known.indices();
    }
    int[] whole = new CounterRandom(seed, epoch, ORDER_STREAM, 0).permutation(size);
    var share = new int[batchesPerEpoch() * batchSize];
    for (int i = 0; i < share.length; i++) {
      share[i] = whole[(int) ((rank + (long) i * worldSize) % size)];
    }
    latest = new Order(epoch, share);
    return share;
  }

  @SuppressWarnings("ArrayRecordComponent") // a memo, never compared
  private record Order(int epoch, int[] indices) {}
}
