package toco.data;

import java.util.Arrays;

/// The samples of each batch of a process, as a pure function of (seed, batch number, division of
/// the steps).
///
/// Every epoch visits the data in a new order and divides it into steps, and each step among
/// processes and micro-batches: no sample comes twice in an epoch, and an incomplete last step is
/// dropped. Since a batch depends only on its number, a resumed run continues exactly where it
/// stopped, on any number of processes.
///
/// Safe for use by several threads.
public final class EpochSampler {
  /// The sample number under which an epoch's order is drawn from [CounterRandom]. Samples are
  /// numbered from 0, so no sample draws from the same stream.
  private static final int ORDER_STREAM = -1;

  private final long seed;
  private final int size;
  private final StepDivision division;
  private volatile Order latest = new Order(-1, new int[0]);

  /// The sampler of one process.
  ///
  /// @param seed the run's seed, the same in all processes
  /// @param size number of samples in the data set
  /// @throws DataException if there are too few for one step
  public EpochSampler(long seed, int size, StepDivision division) {
    if (size < division.total()) {
      throw new DataException(
          ("%s samples are too few for one step of %s (%s × %s processes × %s micro-batches);"
                  + " lower train.samplesPerProcess or add images")
              .formatted(
                  size,
                  division.total(),
                  division.samples(),
                  division.processes(),
                  division.microBatches()));
    }
    this.seed = seed;
    this.size = size;
    this.division = division;
  }

  /// A batch of this process.
  ///
  /// @param number count of this process's batches since the start of the run, from 0
  public Batch batchAt(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("batch number must be ≥ 0, got " + number);
    }
    int epoch = Math.toIntExact(number / batchesPerEpoch());
    int indexInEpoch = (int) (number % batchesPerEpoch());
    int microBatches = division.microBatches();
    int firstPosition = division.firstPosition(indexInEpoch % microBatches);
    int first = indexInEpoch / microBatches * division.total() + firstPosition;
    var indices = Arrays.copyOfRange(order(epoch), first, first + division.samples());
    return new Batch(epoch, indexInEpoch, number / microBatches, firstPosition, indices);
  }

  /// Samples in each of this process's batches.
  public int batchSize() {
    return division.samples();
  }

  /// Batches of each process in an epoch, all micro-batches of its steps counted.
  public int batchesPerEpoch() {
    return size / division.total() * division.microBatches();
  }

  /// A batch.
  ///
  /// @param epoch number of complete passes over the data before it
  /// @param indexInEpoch its index among this process's batches of the epoch, from 0
  /// @param step the training step that it belongs to, from 0
  /// @param firstPosition the position of its first sample in the step's global batch
  /// @param indices of its samples in the data set, in order
  @SuppressWarnings("ArrayRecordComponent") // passed to the loader, never compared
  public record Batch(int epoch, int indexInEpoch, long step, int firstPosition, int[] indices) {}

  private int[] order(int epoch) {
    var known = latest;
    if (known.epoch() == epoch) {
      return known.indices();
    }
    int[] order = new CounterRandom(seed, epoch, ORDER_STREAM, 0).permutation(size);
    latest = new Order(epoch, order);
    return order;
  }

  @SuppressWarnings("ArrayRecordComponent") // a cache, never compared
  private record Order(int epoch, int[] indices) {}
}
